/* Groups against each other: in words, and as maps of their mean photos. */
function groupsSection(data) {
  const section = byId("compared");
  section.append(make("h2", {}, say("compared")));
  /* What lies between factories and shifts is the same whatever makes a group. */
  const known = new Set(), isNew = (text) => !known.has(text) && known.add(text);
  const found = data.comparisons.map((one) => ({ by: one.by, findings: one.findings.filter(isNew) }))
    .filter((one) => one.findings.length);
  if (data.comparisons.length && !found.length) section.append(make("p", {}, say("no_difference")));
  found.forEach((one) => section.append(make("h3", {}, say("by", { key: word("key", one.by) })),
    make("ul", { class: "findings", lang: "en" }, one.findings.map((text) => make("li", {}, text)))));
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
