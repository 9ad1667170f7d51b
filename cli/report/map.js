/* Where on the golden defects recur: what lies at one place, and a map, of one group or of two side by side. */
function mapSection(data, pictures) {
  const section = byId("map"), state = { golden: data.goldens.length ? data.goldens[0].sha256 : "", group: "", other: "" };
  const failed = data.photos.filter((photo) => photo.regions && photo.verdict === "fail");
  section.append(make("h2", {}, say("map")));
  if (!failed.length) {
    section.append(make("p", {}, say("no_defects")));
    return;
  }
  section.append(data.places.length
    ? make("ol", { class: "findings" }, data.places.map((one) => make("li", {}, placeText(one))))
    : make("p", {}, say("no_places")));
  const place = make("div", {});
  const groupsOf = ["factory", "line", "shift", "lot"].flatMap((key) => valuesOf(data.photos, key)
    .map((value) => [key + "\n" + value, word("key", key) + " " + value]));
  const show = () => place.replaceChildren(...defectMap(data, pictures, state, new Map(groupsOf)));
  const choose = (name, label, first) => choice(say(label), [["", say(first)], ...groupsOf], "",
    (chosen) => { state[name] = chosen; show(); });
  section.append(make("div", { class: "filters" },
    data.goldens.length > 1 ? choice(say("golden"), data.goldens.map((golden) =>
      [golden.sha256, say("golden_of", golden)]), state.golden, (chosen) => { state.golden = chosen; show(); }) : null,
    groupsOf.length ? choose("group", "group", "all") : null,
    groupsOf.length > 1 ? choose("other", "compared_with", "nothing") : null), place);
  show();
}

/* In English the sentence of the program; else one made from its fields. */
function placeText(one) {
  if (!("place_text" in strings)) return one.text;
  const line = one.everywhere ? say("all_lines") : ["factory", "line"].filter((key) => one[key])
    .map((key) => word("key", key) + " " + one[key]).join(" ") || say("without_name");
  const [x, y, width, height] = one.golden_box;
  return say("place_text", { line, class: word("class", one.class), zone: one.zone || say("outside_zones"),
    x: x + Math.floor(width / 2), y: y + Math.floor(height / 2), photos: number(one.photos), judged: number(one.judged),
    row: number(one.in_a_row), cause: say(one.everywhere ? "place_everywhere" : "place_line") });
}

function defectMap(data, pictures, state, names) {
  const sides = [state.group, ...(state.other ? [state.other] : [])].map((chosen) => {
    const [key, value] = chosen.split("\n");
    const photos = data.photos.filter((photo) => photo.golden === state.golden && (!key || photo[key] === value));
    const failed = photos.filter((photo) => photo.verdict === "fail" && photo.regions);
    return { name: names.get(chosen) || say("all"), judged: photos.filter((photo) => photo.verdict !== "cannot_judge").length,
      failed, regions: failed.flatMap((photo) => photo.regions) };
  });
  const golden = data.goldens.find((one) => one.sha256 === state.golden), picture = pictures.goldens[state.golden];
  const numbers = mapTable(sides);
  if (!picture || !golden.width) return [make("p", { class: "missing" }, say("no_golden_picture")), numbers];
  const places = sides.length > 1 ? [] : data.places.filter((one) => one.golden === golden.name);
  const figures = sides.map((side) => mapFigure(golden, picture, side, places));
  return sides.length > 1 ? [make("div", { class: "pair" }, figures), numbers]
    : [make("div", { class: "beside" }, figures, numbers)];
}

function mapFigure(golden, picture, side, places) {
  const marks = side.regions.map(({ golden_box: [x, y, width, height] }) =>
    draw("rect", { x, y, width, height, class: "defect" }));
  const size = golden.width / 32;
  const numbered = places.flatMap(({ golden_box: [x, y, width, height] }, i) => [
    draw("rect", { x: x - size / 2, y: y - size / 2, width: width + size, height: height + size, class: "mark" }),
    draw("text", { x: x - size / 2, y: Math.max(size, y - size * 0.8), "font-size": size }, String(i + 1))]);
  const frame = make("div", { class: "frame" },
    make("img", { src: picture, class: "golden", alt: say("alt_map_golden", { name: golden.name }) }),
    draw("svg", { class: "marks", viewBox: "0 0 " + golden.width + " " + golden.height, "aria-hidden": "true" }, marks, numbered));
  frame.style.aspectRatio = golden.width + " / " + golden.height;
  return make("figure", { class: "defects" }, frame, make("figcaption", {}, side.name + say("colon_space") +
    say("map_caption", { regions: number(side.regions.length), photos: number(side.failed.length) })));
}

/* Regions by zone and class; of two groups a hundred photos' worth of each. */
function mapTable(sides) {
  const keys = new Map();
  sides.forEach((side, i) => side.regions.forEach((region) => {
    const key = (region.zone || "") + "\n" + region.class;
    if (!keys.has(key)) keys.set(key, sides.map(() => 0));
    keys.get(key)[i]++;
  }));
  const rows = [...keys].sort((a, b) => Math.max(...b[1]) - Math.max(...a[1])).map(([key, counts]) => {
    const [zone, kind] = key.split("\n");
    return [zone || say("outside_zones"), word("class", kind), ...counts.flatMap((count, i) => sides.length > 1
      ? [number(count), number(sides[i].judged ? 100 * count / sides[i].judged : null, 3)] : [number(count)])];
  });
  const of = (side) => sides.length > 1 ? [say("regions_of", { group: side.name }), say("per_hundred", { judged: number(side.judged) })]
    : [say("column.regions")];
  return table(say("map_table"), [{ title: say("column.zone") }, { title: say("column.class") },
    ...sides.flatMap(of).map((title) => ({ title, right: true }))], rows);
}
