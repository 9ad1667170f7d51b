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
  const order = [...data.lots].sort((a, b) => outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome)
    || String(a[data.by]).localeCompare(String(b[data.by]), language, { numeric: true }));
  const few = 6;
  add(section, changes(data), order.length > few ? overview(data, order) : null);
  if (order.length > few) section.append(make("details", { class: "more" }, make("summary", {}, say("each_lot")), order.map((lot) => lotCard(data, lot))));
  else order.forEach((lot) => section.append(lotCard(data, lot)));
  add(section, resubmissionSection(data), groups(data));
}

/* What drifted belongs to the verdict: whoever reads no further knows it. */
function changes(data) {
  const most = 5, found = data.drift.findings;
  if (!found.length) return null;
  return make("div", { class: "changes" }, make("h3", {}, say("changes")),
    make("ul", { class: "findings" }, found.slice(0, most).map((one) => make("li", {}, findingText(one)))),
    make("p", {}, make("a", { href: "#drift" }, found.length > most ? say("more_changes", { count: found.length - most }) : say("charts_below"))));
}

/* Why a lot is not accepted, in a few words. */
function reason(lot) {
  if (lot.outcome === "accepted") return "";
  if (lot.outcome === "discontinued") return say("why.discontinued");
  const decisive = lot.classes.filter((c) => c.outcome === lot.outcome);
  const missing = decisive.reduce((most, c) => (c.missing > (most ? most.missing : 0) ? c : most), null);
  if (lot.outcome === "held")
    return missing ? say("why.missing", { count: number(missing.missing), sample: number(missing.sample_size) })
      : say("why.unjudged", { count: number(Math.max(...decisive.map((c) => c.unjudged))) });
  const [c] = decisive;
  return say("why.rejected", { found: number(c.nonconforming), class: word("severity", c.class),
    sample: number(c.sample_size - c.missing), accept: number(c.accept) });
}

/* A row a lot; the plans and risks stand in the cards. */
function overview(data, order) {
  const found = (lot, name) => number(lot.classes.find((c) => c.class === name).all_nonconforming);
  const columns = [[word("key", data.by)], [say("column.factory")], [say("column.outcome")], [say("column.units"), true],
    ...["critical", "major", "minor"].map((name) => [word("severity", name), true]), [say("column.why")]]
    .map(([title, right]) => ({ title, right }));
  return table(say("overview"), columns, order.map((lot) => [lot[data.by] || say("without_name"), lot.factory || "–",
    badge("outcome", lot.outcome), number(lot.units), found(lot, "critical"), found(lot, "major"), found(lot, "minor"),
    reason(lot)]));
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
    ...(data.for_factory ? [] : [percent(c.producer_risk_at_aql), percent(c.consumer_quality_at_10_percent)])]);
  const columns = ["class", "outcome", "nonconforming", "accept", "reject", "sample", "aql", "plan", "share",
    ...(data.for_factory ? [] : ["risk", "consumer"])]
    .map((key, i) => ({ title: say("column." + key), right: i > 1 && i !== 7 }));
  const notes = [], missing = Math.max(...lot.classes.map((c) => c.missing)), held = lot.outcome === "held";
  if (missing) notes.push(say(held ? "missing_held" : "missing_units", { count: number(missing) }));
  if (lot.drawn) notes.push(say("drawn"));
  if (lot.unjudged.length) notes.push(say(held ? "not_judged_held" : "not_judged", { count: lot.unjudged.length,
    example: lot.unjudged[0].photo }));
  if (lot.incomplete.length) notes.push(say("incomplete", { count: lot.incomplete.length }));
  if (lot.reused.length)
    notes.push(say("reused", { count: lot.reused.length, example: lot.reused[0].photo }));
  if (lot.missing_numbers.length)
    notes.push(say("missing_numbers", { count: lot.missing_numbers.reduce((sum, gap) => sum + gap.missing, 0),
      unit: lot.missing_numbers[0].after_unit }));
  if (lot.time_disordered.length)
    notes.push(say("disordered", { count: number(lot.time_disordered.length), unit: lot.time_disordered[0] }));
  if (lot.overruled) notes.push(say("overruled_note", { count: number(lot.overruled) }));
  if (lot.cameras.length > 1) notes.push(say("cameras", { names: lot.cameras.join(", ") }));
  return make("article", { class: "lot " + lot.outcome },
    make("h3", {}, badge("outcome", lot.outcome), " ", word("key", data.by) + " " + name,
      make("span", { class: "faint" }, lot.factory ? " · " + word("key", "factory") + " " + lot.factory : "")),
    make("p", {}, size + " " + say("level", { level: lot.level, standard: lot.standard })),
    table(say("lot_table", { name }), columns, rows),
    notes.length ? make("ul", { class: "notes" }, notes.map((note) => make("li", {}, note))) : null,
    data.for_factory ? null : characteristics(lot, name));
}

/* How often lots of which share are accepted, by class. */
function characteristics(lot, name) {
  const planned = lot.classes.filter((c) => c.curve);
  if (!planned.length) return null;
  const columns = ["accepted", ...planned.map((c) => c.class)].map((key, i) =>
    ({ title: i ? say("share_of", { class: word("severity", key) }) : say("column.accepted"), right: true }));
  return make("details", {}, make("summary", {}, say("characteristic")),
    make("div", { class: "beside" }, curves(planned), table(say("characteristic_of", { name }), columns,
      planned[0].curve.map((point, i) => [percent(point.accepts), ...planned.map((c) => percent(c.curve[i].share))]))));
}

function curves(planned) {
  const most = Math.max(...planned.flatMap((c) => c.curve.map((point) => point.share)));
  const x = (share) => 30 + 200 * share / most, y = (accepts) => 110 - 100 * accepts;
  return draw("svg", { viewBox: "0 0 240 125", class: "curves", "aria-hidden": "true" },
    draw("path", { d: "M30 10V110H232", class: "axis" }),
    draw("text", { x: 26, y: 14, "text-anchor": "end" }, "100 %"), draw("text", { x: 26, y: 112, "text-anchor": "end" }, "0 %"),
    draw("text", { x: 230, y: 121, "text-anchor": "end" }, percent(most)),
    planned.flatMap((c) => [draw("polyline", { class: "curve " + c.class,
      points: [{ share: 0, accepts: 1 }, ...c.curve].map((point) => x(point.share) + "," + y(point.accepts)).join(" ") }),
      draw("text", { x: x(c.curve[4].share) + 4, y: y(0.5) + (c.class === "minor" ? -6 : 10), class: c.class }, word("severity", c.class))]));
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
