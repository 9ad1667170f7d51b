/* The verdict, first: each lot with its plan and what was found. */
function lotSection(data) {
  const section = byId("verdict");
  const outcomes = ["rejected", "discontinued", "held", "accepted"];
  const counted = outcomes.map((name) => [name, data.lots.filter((lot) => lot.outcome === name).length]);
  section.append(
    make("h2", {}, say("verdict")),
    make("p", { class: "summary" },
      counted.filter(([, count]) => count).map(([name, count]) =>
        make("span", { class: "total" }, badge("outcome", name), " " + say("lots", { count, total: data.lots.length })))),
    counts(data));
  const order = [...data.lots].sort((a, b) => outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome));
  const shown = 12;
  order.slice(0, shown).forEach((lot) => section.append(lotCard(data, lot)));
  if (order.length > shown)
    section.append(make("details", { class: "more" },
      make("summary", {}, say("more_lots", { count: order.length - shown })),
      order.slice(shown).map((lot) => lotCard(data, lot))));
  add(section, resubmissionSection(data), groups(data));
}

function counts(data) {
  const total = data.counts.fail + data.counts.cannot_judge + data.counts.pass;
  return make("p", { class: "counts" }, say("photos_judged", {
    total: number(total), pass: number(data.counts.pass), fail: number(data.counts.fail),
    unjudged: number(data.counts.cannot_judge) }));
}

function lotCard(data, lot) {
  const name = lot[data.by] || say("without_name");
  const size = lot.size === null ? say("size_unknown", { units: number(lot.units) })
    : say("size_known", { units: number(lot.units), size: number(lot.size) });
  const rows = lot.classes.map((c) => [
    word("severity", c.class), badge("outcome", c.outcome), number(c.nonconforming), number(c.accept), number(c.reject),
    number(c.sample_size), c.aql ? number(c.aql) + " %" : say("none_accepted"),
    c.plan_letter ? word("inspection", c.inspection) + ", " + c.plan_letter : "–",
    number(100 * c.share_lower, 3) + "–" + number(100 * c.share_upper, 3) + " %",
    ...(data.for_factory ? [] : [c.producer_risk_at_aql === null ? "–" : percent(c.producer_risk_at_aql)])]);
  const columns = ["class", "outcome", "nonconforming", "accept", "reject", "sample", "aql", "plan", "share",
    ...(data.for_factory ? [] : ["risk"])]
    .map((key, i) => ({ title: say("column." + key), right: i > 1 && i !== 7 }));
  const notes = [];
  if (lot.drawn) notes.push(say("drawn"));
  if (lot.unjudged.length) notes.push(say("not_judged", { count: lot.unjudged.length }));
  if (lot.incomplete.length) notes.push(say("incomplete", { count: lot.incomplete.length }));
  if (lot.reused.length)
    notes.push(say("reused", { count: lot.reused.length, example: lot.reused[0].photo }));
  if (lot.missing_numbers.length)
    notes.push(say("missing_numbers", { count: lot.missing_numbers.reduce((sum, gap) => sum + gap.missing, 0),
      unit: lot.missing_numbers[0].after_unit }));
  if (lot.overruled) notes.push(say("overruled_note", { count: number(lot.overruled) }));
  if (lot.cameras.length > 1) notes.push(say("cameras", { names: lot.cameras.join(", ") }));
  return make("article", { class: "lot " + lot.outcome },
    make("h3", {}, badge("outcome", lot.outcome), " ", word("key", data.by) + " " + name,
      make("span", { class: "faint" }, lot.factory ? " · " + word("key", "factory") + " " + lot.factory : "")),
    make("p", {}, size + " " + say("level", { level: lot.level, standard: lot.standard })),
    table(say("lot_table", { name }), columns, rows),
    notes.length ? make("ul", { class: "notes" }, notes.map((note) => make("li", {}, note))) : null);
}

function groups(data) {
  if (!data.summary.groups.length) return null;
  const rows = data.summary.groups.map((group) => [
    group.factory || "–", group.shift || "–", number(group.photos), number(group.pass), number(group.fail),
    number(group.cannot_judge), bar(group.fail_share)]);
  const columns = ["factory", "shift", "photos", "pass", "fail", "cannot_judge", "fail_share"]
    .map((key, i) => ({ title: say("column." + key), right: i > 1 && i < 6 }));
  return make("div", {}, make("h3", {}, say("groups")), table(say("groups_caption"), columns, rows));
}

function bar(share) {
  if (share === null) return "–";
  return make("span", { class: "bar" },
    draw("svg", { viewBox: "0 0 100 8", width: 100, height: 8, "aria-hidden": "true" },
      draw("rect", { width: 100, height: 8, class: "trough" }),
      draw("rect", { width: Math.max(0, Math.min(100, 100 * share)), height: 8, class: "level" })),
    " " + percent(share));
}
