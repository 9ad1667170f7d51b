/* Elements are made, never parsed: what comes from results can only become text or an attribute's value. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  fill(element, attributes, children.flat());
  return element;
}

function draw(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, attributes, children.flat());
  return element;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, ...children);
}

/* Leaves out what is null. */
function add(element, ...children) {
  for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
}

function byId(id) {
  return document.getElementById(id);
}

/* A table of plain cells. Columns: {title, right}; a cell is text or an element. */
function table(caption, columns, rows) {
  const head = columns.map((column) => make("th", { scope: "col", class: column.right && "right" }, column.title));
  const cell = (content, i) =>
    i === 0
      ? make("th", { scope: "row", class: columns[0].right && "right" }, content)
      : make("td", { class: columns[i].right && "right" }, content);
  return make("div", { class: "wide", tabindex: 0, role: "region", "aria-label": caption },
    make("table", {},
      make("caption", {}, caption),
      make("thead", {}, make("tr", {}, head)),
      make("tbody", {}, rows.map((row) => make("tr", {}, row.map(cell))))));
}

/* A labelled choice; `values` are [value, text]. */
function choice(label, values, chosen, changed) {
  const select = make("select", { onchange: () => changed(select.value) },
    values.map(([value, text]) => make("option", { value, selected: value === chosen }, text)));
  return make("label", { class: "field" }, make("span", {}, label), select);
}

function checkbox(label, on, changed) {
  const box = make("input", { type: "checkbox", onchange: () => changed(box.checked) });
  box.checked = on;
  return make("label", { class: "switch" }, box, make("span", {}, label));
}

function badge(list, name) {
  return make("span", { class: "badge " + name }, word(list, name));
}

/* The different values of a member, in the order of their names. */
function valuesOf(items, member) {
  const known = new Set();
  for (const item of items) if (item[member]) known.add(item[member]);
  return [...known].sort((a, b) => a.localeCompare(b, language, { numeric: true }));
}
