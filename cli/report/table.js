/* The photos: sorted, filtered, a page at a time. */
const list = { sort: null, falling: false, page: 0, filters: { text: "", verdict: "", lot: "", factory: "", shift: "" } };
const PAGE = 50;

function photoSection(data, pictures) {
  const section = byId("photos");
  const order = { fail: 0, cannot_judge: 1, pass: 2 };
  list.all = data.photos.map((photo, index) => Object.assign(photo, { index }));
  list.columns = [
    { key: "photo", value: (p) => p.photo },
    { key: "verdict", value: (p) => order[p.verdict] },
    { key: "score", right: true, value: (p) => p.score },
    { key: "lot", value: (p) => p.lot },
    { key: "factory", value: (p) => p.factory },
    { key: "line", value: (p) => p.line },
    { key: "shift", value: (p) => p.shift },
    { key: "captured", value: (p) => p.captured },
    { key: "finding", value: (p) => finding(p) }]
    .filter((column) => ["photo", "verdict", "score", "finding"].includes(column.key) ||
      list.all.some((photo) => photo[column.key]));
  list.pictures = pictures;
  const counted = data.counts.fail + data.counts.cannot_judge + data.counts.pass;
  add(section, make("h2", {}, say("photos")), makeViewer(data, pictures), filters(),
    list.all.length < counted
      ? make("p", { class: "faint" }, say("listed", { listed: number(list.all.length), total: number(counted) })) : null,
    make("p", { id: "shown", role: "status" }),
    make("div", { class: "wide", tabindex: 0, role: "region", "aria-label": say("photos") },
      make("table", { class: "photos" },
        make("caption", {}, say("photo_table")),
        make("thead", {}, make("tr", { id: "heads" }, list.columns.map(heading))),
        make("tbody", { id: "rows" }))),
    make("div", { class: "pager" },
      make("button", { id: "earlier", type: "button", onclick: () => turn(-1) }, say("earlier")),
      make("button", { id: "later", type: "button", onclick: () => turn(1) }, say("later"))));
  update();
  if (list.all.length) showPhoto(list.all.find((photo) => pictures.photos[photo.job]) || list.all[0]);
}

function heading(column) {
  return make("th", { scope: "col", "data-key": column.key, class: column.right && "right" },
    make("button", { type: "button", onclick: () => sortBy(column.key) }, say("column." + column.key),
      make("span", { class: "arrow", "aria-hidden": "true" })));
}

function sortBy(key) {
  list.falling = list.sort === key && !list.falling;
  list.sort = key;
  list.page = 0;
  update();
}

function turn(by) {
  list.page += by;
  update();
}

function filters() {
  const set = (name) => (value) => { list.filters[name] = value; list.page = 0; update(); };
  const search = make("input", { type: "search", oninput: () => set("text")(search.value) });
  const all = [["", say("all")]];
  const verdicts = ["fail", "cannot_judge", "pass"].map((name) => [name, word("verdict", name)]);
  const fields = [
    make("label", { class: "field" }, make("span", {}, say("search")), search),
    choice(say("column.verdict"), all.concat(verdicts), "", set("verdict"))];
  for (const key of ["lot", "factory", "shift"]) {
    const values = valuesOf(list.all, key);
    if (values.length > 1)
      fields.push(choice(say("column." + key), all.concat(values.map((value) => [value, value])), "", set(key)));
  }
  return make("form", { class: "filters", "aria-label": say("filters"), onsubmit: (event) => event.preventDefault() },
    fields);
}

/* What stands in one line for the photo: its strongest region, else why it did not pass. */
function finding(photo) {
  const worst = strongest(photo)[0];
  if (worst && photo.verdict === "fail")
    return word("class", worst.class) + ", " + word("severity", worst.severity) + (worst.zone ? ", " + worst.zone : "") +
      ", " + say("tolerances", { peak: number(worst.peak, 3) });
  return "advice.unreadable" in strings ? photo.reasons.map((code) => word("reason", code)).join(", ") : photo.reason || "";
}

function matches(photo) {
  const { text, ...exact } = list.filters;
  for (const [key, value] of Object.entries(exact)) if (value && photo[key] !== value) return false;
  if (!text) return true;
  const wanted = text.toLowerCase();
  return [photo.photo, photo.unit, photo.lot, finding(photo)]
    .some((value) => value && value.toLowerCase().includes(wanted));
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined || a === "") return 1;
  if (b === null || b === undefined || b === "") return -1;
  return typeof a === "number" ? a - b : a.localeCompare(b, language, { numeric: true });
}

function update() {
  const found = list.all.filter(matches);
  const column = list.columns.find((one) => one.key === list.sort);
  if (column) {
    const sign = list.falling ? -1 : 1;
    const keyed = found.map((photo) => [column.value(photo), photo]);
    keyed.sort((a, b) => sign * compare(a[0], b[0]) || a[1].index - b[1].index);
    keyed.forEach((pair, i) => { found[i] = pair[1]; });
  }
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  list.page = Math.max(0, Math.min(list.page, pages - 1));
  const from = list.page * PAGE, rows = found.slice(from, from + PAGE);
  byId("rows").replaceChildren(...rows.map(row));
  byId("shown").textContent = found.length
    ? say("rows_shown", { from: from + 1, to: from + rows.length, found: number(found.length), total: number(list.all.length) })
    : say("none_found");
  byId("earlier").disabled = list.page === 0;
  byId("later").disabled = list.page === pages - 1;
  for (const head of byId("heads").children) {
    if (head.dataset.key === list.sort) head.setAttribute("aria-sort", list.falling ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
}

function row(photo) {
  return make("tr", {}, list.columns.map((column) => {
    if (column.key === "photo") return make("th", { scope: "row" }, opener(photo));
    if (column.key === "verdict") return make("td", {}, badge("verdict", photo.verdict));
    if (column.key === "score") return make("td", { class: "right" }, number(photo.score, 4));
    if (column.key === "captured") return make("td", { class: "moment" }, moment(photo.captured));
    return make("td", {}, column.value(photo) || "–");
  }));
}

function opener(photo) {
  const own = list.pictures.photos[photo.job];
  return make("button", { type: "button", class: "open", title: photo.photo,
      onclick: () => { showPhoto(photo); viewer.place.focus(); viewer.place.scrollIntoView({ block: "start" }); } },
    own ? make("img", { src: own[0], alt: "", loading: "lazy", decoding: "async" }) : null,
    make("span", {}, photo.photo));
}
