/* The form for corrective actions: filled in on the page, on paper, or in the CSV file beside it. */
const formFields = ["cause", "action", "due", "done"];

function actionsSection(data) {
  const section = byId("actions");
  if (!data.actions) {
    section.remove();
    return;
  }
  section.append(make("h2", {}, say("actions")), make("p", {}, say(data.actions.length ? "actions_note" : "no_actions")));
  if (!data.actions.length) return;
  const inputs = data.actions.map((one) => Object.fromEntries(formFields.map((field) => [field,
    field === "due" || field === "done" ? make("input", { type: "date", "aria-label": say("column." + field) + ", " + actionName(one) })
      : make("textarea", { rows: 2, "aria-label": say("column." + field) + ", " + actionName(one) })])));
  section.append(make("div", { class: "form" }, data.actions.map((one, i) => make("article", { class: "lot" },
    make("h3", {}, badge("severity", one.severity), " " + actionName(one)),
    make("p", {}, say("action_evidence", { photos: number(one.photos), judged: number(one.judged), lots: number(one.lots),
      examples: one.examples })),
    make("div", { class: "fields" }, formFields.map((field) =>
      make("label", { class: "field " + field }, make("span", {}, say("column." + field)), inputs[i][field])))))));
  const link = make("a", { download: "actions.csv", class: "save", href: "#actions",
    onclick: () => link.setAttribute("href", formAddress(data.actions, inputs)) }, say("save_form"));
  section.append(make("p", { class: "save" }, link));
}

/* In English as the form says it. */
function actionName(one) {
  if (!("action_zone" in strings)) return one.finding;
  if (one.dimension !== null) return say("quantity.dimension") + " " + one.dimension;
  return word("class", one.class) + say("comma") + (one.zone ? say("action_zone", { zone: one.zone }) : say("outside_zones"));
}

function formAddress(actions, inputs) {
  const names = ["action_id", "factory", "golden", "finding", "severity", "photos", "judged", "lots", "examples"];
  const quoted = (value) => {
    const text = String(value === undefined ? "" : value);
    return "\"" + (/^[=+\-@\t\r]/.test(text) ? "'" : "") + text.replaceAll("\"", "\"\"") + "\"";
  };
  const lines = [[...names, ...formFields].join(","), ...actions.map((one, i) =>
    [...names.map((name) => quoted(one[name])), ...formFields.map((field) => quoted(inputs[i][field].value))].join(","))];
  return "data:text/csv;charset=utf-8," + encodeURIComponent(lines.join("\r\n") + "\r\n");
}

/* A reworked lot beside what it was. */
function resubmissionSection(data) {
  const before = data.lots.find((lot) => lot[data.by] === data.resubmission_of);
  if (!data.resubmission_of || !before) return null;
  const after = data.lots.filter((lot) => lot !== before && lot.factory === before.factory);
  const columns = ["lot", "outcome", "units", "critical", "major", "minor"].map((key, i) =>
    ({ title: i < 3 ? say("column." + key) : word("severity", key), right: i > 1 }));
  const rows = [before, ...after].map((lot) => [(lot[data.by] || say("without_name")) + (lot === before ? " (" + say("before") + ")" : ""),
    badge("outcome", lot.outcome), number(lot.units), ...["critical", "major", "minor"].map((name) => {
      const found = lot.classes.find((one) => one.class === name);
      return found ? number(found.nonconforming) + " / " + number(found.sample_size) : "–";
    })]);
  return make("div", {}, make("h3", {}, say("resubmission", { name: data.resubmission_of })),
    table(say("resubmission_table"), columns, rows));
}
