/* Groups against each other: in words, and as maps of their mean photos. */
function groupsSection(data) {
  const section = byId("compared");
  section.append(make("h2", {}, say("compared")));
  /* What lies between factories and shifts is the same whatever makes a group. */
  const known = new Set(), isNew = ({ text }) => !known.has(text) && known.add(text);
  /* Where hardly any of the variance lies between groups there is nothing to tell. */
  const tells = (one) => one.kind !== "variance" || one.within <= 0.9;
  const found = data.comparisons.map((one) => ({ by: one.by, findings: one.findings.filter(tells).filter(isNew) }))
    .filter((one) => one.findings.length);
  if (data.comparisons.length && !found.length) section.append(make("p", {}, say("no_difference")));
  found.forEach((one) => section.append(make("h3", {}, say("by", { key: word("key", one.by) })), ...comparisonList(one.findings)));
  if (found.length) section.append(make("p", { class: "faint" }, say("compared_note")));
  data.comparisons.forEach((one) => section.append(make("details", { class: "compared" },
    make("summary", {}, say("compared_by", { key: word("key", one.by) })),
    one.measures.map((measure) => measureTable(measure)), rateTable(one.rates))));
  if (!data.comparisons.length) section.append(make("p", {}, say("one_group")));
  const images = data.group_images;
  section.append(make("h3", {}, say("group_images")));
  if (!images.length) {
    section.append(make("p", { class: "faint" }, say("no_group_images")));
    return;
  }
  const differing = images.filter((one) => one.areas.length);
  section.append(make("p", {}, say("group_images_note", { count: images.length, differing: differing.length })));
  differing.forEach((one) => section.append(groupFigure(data, one)));
}

/* Of many the surest; the others are a click away. */
function comparisonList(findings) {
  const most = 6, list = (some) => make("ul", { class: "findings" }, some.map((one) => make("li", {}, comparisonText(one))));
  if (findings.length <= most) return [list(findings)];
  const sure = new Set([...findings].sort((a, b) => (a.p === null) - (b.p === null) || a.p - b.p).slice(0, most - 1));
  const rest = findings.filter((one) => !sure.has(one));
  return [list(findings.filter((one) => sure.has(one))),
    make("details", { class: "more" }, make("summary", {}, say("more_differences", { count: rest.length })), list(rest))];
}

/* In English the sentence of the program; else one made from the finding's fields. */
function comparisonText(one) {
  if (!("compare." + one.kind in strings)) return one.text;
  const percents = percent, named = (name, others) => others ? say("the_others") : name || say("without_name");
  if (one.kind === "variance")
    return say("compare.variance", { name: measureName(one.name), parts: ["factories", "shifts", "within"]
      .filter((part) => one[part] !== null).map((part) => say("variance." + part, { share: percents(one[part]) })).join(say("comma")) });
  const rate = one.kind === "rate", known = one.size !== null && one.lower !== null && one.upper !== null;
  const half = known && !rate ? (one.upper - one.lower) / 2 : NaN, value = rate ? percents : (v) => measured(v, half);
  const size = (v) => rate ? number(v, 3) : measured(v, half);
  return say("compare." + one.kind, { name: rate ? kindName(one.name) : measureName(one.name), unit: one.unit,
    group: named(one.group, one.first_others), against: named(one.against, one.others), value: value(one.value),
    against_value: value(one.against_value), units: number(one.units), against_units: number(one.against_units),
    size: one.size === null ? say("at_least", { size: number(one.lower, 3) }) : size(one.size),
    range: known ? say("range", { lower: size(one.lower), upper: size(one.upper) }) : "",
    p: one.p < 1e-6 ? "p < 0.000001" : "p = " + number(one.p, 2) }).replace(/ +([,;，；。（）])/g, "$1");
}

function measureName(name) {
  const zone = /^colour of (.*)$/.exec(name);
  if (zone && "colour_of" in strings) return say("colour_of", { zone: zone[1] });
  return name === "score" ? say("quantity.score") : name;
}

function kindName(name) {
  for (const list of ["kind", "severity", "class"]) if (list + "." + name in strings) return word(list, name);
  return name;
}

/* Of what has limits that are known; `shown` words a value. */
function interval(lower, upper, shown) {
  return lower === null || upper === null ? "–" : shown(lower) + "–" + shown(upper);
}

/* What each group measures, with 95 % intervals. */
function measureTable(measure) {
  const unit = measure.unit ? " (" + measure.unit + ")" : "";
  const columns = ["group", "values", "mean", "range", "deviation", "cpk", "range"].map((key, i) =>
    ({ title: say("column." + key), right: i > 0 }));
  return table(measureName(measure.name) + unit, columns, measure.groups.map((group) => [group.name || say("without_name"),
    number(group.n), ...meanCells(group), number(group.deviation, 3), index(group.cpk), interval(group.cpk_lower, group.cpk_upper, index)]));
}

function index(value) {
  return fixed(value, 2);
}

/* To two digits of half the interval. */
function meanCells(group) {
  const half = group.mean_lower === null || group.mean_upper === null ? NaN : (group.mean_upper - group.mean_lower) / 2;
  const shown = (value) => measured(value, half);
  return [shown(group.mean), interval(group.mean_lower, group.mean_upper, shown)];
}

/* How many units of each group have what, with 95 % intervals. */
function rateTable(rates) {
  const columns = ["kind", "group", "found", "units", "share", "range"].map((key, i) =>
    ({ title: say("column." + (key === "share" ? "part" : key)), right: i > 1 }));
  return table(say("rates_table"), columns, rates.flatMap((rate) => rate.groups.map((group) => [kindName(rate.name),
    group.name || say("without_name"), number(group.count), number(group.units), percent(group.share),
    interval(group.lower, group.upper, percent)])));
}

function groupName(one) {
  return say("group_against", { group: word("key", one.by) + " " + (one.group || say("without_name")),
    photos: number(one.photos), against: say(one.against === "golden" ? "the_golden" : "all_others"),
    others: number(one.against_photos) });
}

function areaText(area) {
  const d = area.difference, u = area.uncertainty, pair = (name) => measured(d[name], u[name]) + " ± " + number(u[name], 2);
  return say("area." + area.kind, { luma: pair("luma"), cb: pair("cb"), cr: pair("cr"), shade: pair("shade"),
    x: pair("shift_x"), y: pair("shift_y") });
}

function groupFigure(data, one) {
  const golden = data.goldens.find((each) => each.sha256 === one.golden.sha256), most = 8;
  const rows = one.areas.slice(0, most).map((area, i) => [number(i + 1), area.zone || say("outside_zones"), areaText(area),
    area.box[2] + " × " + area.box[3] + " px, (" + area.box[0] + ", " + area.box[1] + ")"]);
  const numbers = table(say("areas_of", { name: groupName(one) }), ["number", "zone", "difference", "place"].map((key) =>
    ({ title: say("column." + key) })), rows);
  const heading = make("h4", {}, groupName(one));
  if (!one.picture || !golden || !golden.width) return make("article", { class: "group" }, heading, numbers);
  const marks = one.areas.slice(0, most).flatMap(({ box: [x, y, width, height] }, i) =>
    [draw("rect", { x, y, width, height, class: "mark" }),
      draw("text", { x: x + 2, y: Math.max(12, y - 3), "font-size": golden.width / 32 }, String(i + 1))]);
  const frame = make("div", { class: "frame" },
    make("img", { src: one.picture, alt: say("alt_group", { name: groupName(one) }) }),
    draw("svg", { class: "marks", viewBox: "0 0 " + golden.width + " " + golden.height, "aria-hidden": "true" }, marks));
  frame.style.aspectRatio = golden.width + " / " + golden.height;
  return make("article", { class: "group" }, heading, make("div", { class: "beside" },
    make("figure", {}, frame, make("figcaption", { class: "faint" }, say("group_scale"))), numbers));
}
