/* A photo beside its golden: a slider between them, with regions and map to be switched on. */
const viewer = { share: null, regions: true, map: false, zones: false, gauges: true, photo: null };

function makeViewer(data, pictures) {
  viewer.goldens = new Map(data.goldens.map((golden) => [golden.sha256, golden]));
  viewer.pictures = pictures;
  viewer.place = make("div", { id: "viewer", tabindex: -1, "aria-label": say("viewer"), role: "region" });
  return viewer.place;
}

function showPhoto(photo) {
  viewer.photo = photo;
  viewer.place.replaceChildren();
  add(viewer.place,
    make("h3", {}, badge("verdict", photo.verdict), " ", photo.photo),
    make("p", { class: "faint" }, origin(photo)),
    photo.reason ? reasons(photo) : null,
    stage(photo), regionTable(photo), dimensionTable(photo), zoneTable(photo));
}

function origin(photo) {
  const parts = ["lot", "factory", "line", "shift", "unit", "view"].filter((key) => photo[key])
    .map((key) => word("key", key) + " " + photo[key]);
  if (photo.captured) parts.push(moment(photo.captured));
  if (photo.score !== null) parts.push(say("score_of", { score: number(photo.score, 4) }));
  return parts.join(" · ");
}

/* The program's words, and in another language than theirs what the reason is and how to take the photo again. */
function reasons(photo) {
  const words = photo.reasons.map((code) => word("reason", code)).join(", ");
  const advice = photo.reasons.map((code) => strings["advice." + code]).filter(Boolean);
  const own = make("span", { lang: "en" }, photo.reason);
  if (!advice.length) return make("p", { class: "reason" }, words ? words + ": " : "", own);
  return make("div", {}, make("p", { class: "reason" }, words + say("colon") + advice.join(" ")),
    make("p", { class: "faint" }, own));
}

function stage(photo) {
  const golden = viewer.goldens.get(photo.golden);
  const own = viewer.pictures.photos[photo.job];
  const approved = viewer.pictures.goldens[photo.golden];
  if (!golden || !golden.width || !approved || !own)
    return make("p", { class: "missing" }, say(photo.verdict === "fail" ? "no_pictures" : "no_pictures_needed"));
  const layer = (source, alt, kind) => make("img", { src: source, alt, class: kind, draggable: "false" });
  const map = own[1] ? layer(own[1], say("alt_map", { photo: photo.photo }), "difference") : null;
  const marks = regionMarks(photo, golden);
  const front = make("div", { class: "front" },
    layer(own[0], say("alt_photo", { photo: photo.photo, findings: (photo.regions || []).length }), "photo"), map);
  const zones = zoneMarks(golden), gauges = gaugeMarks(photo, golden);
  const divider = make("div", { class: "divider", "aria-hidden": "true" });
  const frame = make("div", { class: "frame" },
    layer(approved, say("alt_golden", { name: golden.name, version: golden.version }), "golden"), front, zones, gauges, marks, divider,
    make("span", { class: "tag left", "aria-hidden": "true" }, say("golden")),
    make("span", { class: "tag right", "aria-hidden": "true" }, say("photo")));
  frame.style.aspectRatio = golden.width + " / " + golden.height;
  frame.style.maxWidth = Math.round(Math.min(1, 0.62 * golden.width / golden.height) * 1000) / 10 + "%";
  const slider = make("input", { type: "range", min: 0, max: 100, "aria-label": say("slider"),
    oninput: () => moved(Number(slider.value)) });
  const slide = (share) => {
    slider.value = share;
    slider.setAttribute("aria-valuetext", say("slider_value", { golden: share, photo: 100 - share }));
    front.style.clipPath = "inset(0 0 0 " + share + "%)";
    divider.style.left = share + "%";
  };
  const moved = (share) => slide(viewer.share = share);
  dragging(frame, moved);
  const show = () => {
    marks.classList.toggle("off", !viewer.regions);
    if (map) map.classList.toggle("off", !viewer.map);
    if (zones) zones.classList.toggle("off", !viewer.zones);
    if (gauges) gauges.classList.toggle("off", !viewer.gauges);
  };
  slide(viewer.share === null ? uncovered(photo, golden) : viewer.share);
  show();
  const full = viewer.pictures.full && viewer.pictures.full[photo.job];
  return make("div", { class: "stage" }, frame, slider,
    make("div", { class: "switches" },
      checkbox(say("show_regions"), viewer.regions, (on) => { viewer.regions = on; show(); }),
      map ? checkbox(say("show_map"), viewer.map, (on) => { viewer.map = on; show(); }) : null,
      gauges ? checkbox(say("show_gauges"), viewer.gauges, (on) => { viewer.gauges = on; show(); }) : null,
      zones ? checkbox(say("show_zones"), viewer.zones, (on) => { viewer.zones = on; show(); }) : null),
    map ? make("p", { class: "legend" }, say("map_scale")) : null,
    full ? make("p", {}, make("a", { href: full }, say("full_picture"))) : null);
}

/* Until somebody moves it the slider stands where the photo shows its worst region. */
function uncovered(photo, golden) {
  const [worst] = strongest(photo);
  return worst ? Math.round(Math.max(2, Math.min(50, 100 * worst.golden_box[0] / golden.width - 4))) : 50;
}

function dragging(frame, slide) {
  const follow = (event) => {
    const box = frame.getBoundingClientRect();
    slide(Math.round(Math.max(0, Math.min(100, 100 * (event.clientX - box.left) / box.width))));
  };
  frame.addEventListener("pointerdown", (event) => {
    frame.setPointerCapture(event.pointerId);
    follow(event);
  });
  frame.addEventListener("pointermove", (event) => {
    if (frame.hasPointerCapture(event.pointerId)) follow(event);
  });
}

/* By their numbers, which go by falling strength; those of findings that were overruled are missing. */
function strongest(photo) {
  return [...(photo.regions || [])].sort((a, b) => a.number - b.number);
}

function regionMarks(photo, golden) {
  const unit = golden.width / 100;
  const marks = strongest(photo).slice(0, 40).map((region) => {
    const [x, y, width, height] = region.golden_box;
    return [
      draw("rect", { x: x - unit / 2, y: y - unit / 2, width: width + unit, height: height + unit,
        class: "mark " + region.severity }),
      draw("text", { x: x - unit / 2, y: y - unit, "font-size": 3 * unit }, String(region.number))];
  });
  return draw("svg", { class: "marks", viewBox: "0 0 " + golden.width + " " + golden.height, "aria-hidden": "true" },
    marks.flat());
}

function layerOf(golden, name, children) {
  return draw("svg", { class: name, viewBox: "0 0 " + golden.width + " " + golden.height, "aria-hidden": "true" }, children);
}

function zoneMarks(golden) {
  if (!golden.zones || !golden.zones.length) return null;
  const size = 2.2 * golden.width / 100;
  return layerOf(golden, "areas", golden.zones.flatMap((zone) => [
    draw("polygon", { points: zone.polygon.map((point) => point.join(",")).join(" "), class: zone.ignore ? "ignored" : "" }),
    draw("text", { x: zone.polygon[0][0], y: zone.polygon[0][1] - size / 2, "font-size": size }, zone.name)]));
}

function regionTable(photo) {
  const regions = strongest(photo);
  if (!regions.length) return null;
  const columns = ["number", "class", "severity", "zone", "peak", "confidence", "area"]
    .map((key, i) => ({ title: say("column." + key), right: i === 0 || i > 3 }));
  return table(say("regions"), columns, regions.slice(0, 40).map((region) => [
    String(region.number), word("class", region.class), badge("severity", region.severity), region.zone || "–",
    number(region.peak, 3), number(region.confidence, 2), number(region.area_px)]));
}

function dimensionTable(photo) {
  if (!photo.dimensions) return null;
  const columns = ["dimension", "value", "uncertainty", "lower", "upper", "tolerance", "verdict"]
    .map((key, i) => ({ title: say("column." + key), right: i > 0 && i < 5 }));
  return table(say("dimensions"), columns, photo.dimensions.map((d) => [
    d.name, measured(d.value, d.uncertainty) + " " + (d.unit || ""), d.uncertainty === null ? "–" : "± " + number(d.uncertainty, 2),
    number(d.lower), number(d.upper), toleranceBar(d), badge("verdict", d.verdict)]));
}

/* The value with its uncertainty between its limits, which stand at a quarter and three quarters of the width. */
function toleranceBar(d) {
  if (d.lower === null || d.upper === null || d.value === null || !(d.upper > d.lower)) return "–";
  const at = (value) => Math.max(1, Math.min(119, 30 + 60 * (value - d.lower) / (d.upper - d.lower)));
  const spread = d.uncertainty || 0;
  return draw("svg", { viewBox: "0 0 120 14", width: 120, height: 14, class: "tolerance", "aria-hidden": "true" },
    draw("rect", { x: 30, y: 3, width: 60, height: 8, class: "within" }),
    draw("line", { x1: at(d.value - spread), x2: at(d.value + spread), y1: 7, y2: 7, class: "spread" }),
    draw("circle", { cx: at(d.value), cy: 7, r: 3.5, class: "value " + d.verdict }));
}

function zoneTable(photo) {
  if (!photo.zones) return null;
  const lab = photo.zones.some((zone) => zone.lab);
  const columns = ["zone", "delta_e", "uncertainty", "limit"].concat(lab ? ["lab"] : [])
    .map((key, i) => ({ title: say("column." + key), right: i > 0 }));
  return table(say("zones"), columns, photo.zones.map((zone) =>
    [zone.name, fixed(zone.delta_e, 2), zone.uncertainty === null ? "–" : "± " + fixed(zone.uncertainty, 2), fixed(zone.limit, 2)]
      .concat(lab ? [zone.lab ? labText(zone.lab) : "–"] : [])));
}
