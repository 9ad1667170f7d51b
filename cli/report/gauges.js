/* Gauges on the picture of a photo: where each searches, and what was measured, none over another. */
const LABEL_SIDES = 4, LABEL_RINGS = 8;

function gaugeMarks(photo, golden) {
  if (!golden.gauges || !golden.gauges.length) return null;
  const size = 2.2 * golden.width / 100, values = new Map((photo.dimensions || []).map((d) => [d.name, d]));
  const boxes = new Map(golden.gauges.map((gauge) => [gauge.name, gaugeBox(gauge)]));
  const measures = golden.measures.filter((one) => values.has(one.name) && boxes.has(one.of));
  const measured = new Set(measures.flatMap((one) => [one.of, one.to]));
  const lines = measures.filter((one) => boxes.has(one.to)).map((one) => between(boxes.get(one.of), boxes.get(one.to)));
  const taken = [...boxes.values()];
  const labels = measures.map((one) => gaugeLabel(about(one, boxes), valueText(values.get(one.name)), values.get(one.name).verdict,
    size, golden, taken));
  const names = golden.gauges.filter((gauge) => !measured.has(gauge.name))
    .map((gauge) => gaugeLabel(boxes.get(gauge.name), gauge.name, null, size, golden, taken));
  return layerOf(golden, "gauges", [...golden.gauges.map(gaugeShape), ...lines, ...labels, ...names]);
}

function valueText(d) {
  return d.name + " " + measured(d.value, d.uncertainty) + " " + (d.unit || "");
}

function gaugeShape(gauge) {
  const [x, y] = gauge.centre, [width, height] = gauge.size || [];
  return gauge.radius ? draw("circle", { cx: x, cy: y, r: gauge.radius })
    : draw("rect", { x: x - width / 2, y: y - height / 2, width, height, transform: "rotate(" + [gauge.angle, x, y] + ")" });
}

/* What a gauge takes up, turned or not. */
function gaugeBox(gauge) {
  const [x, y] = gauge.centre, [w, h] = gauge.size || [2 * gauge.radius, 2 * gauge.radius];
  const turn = (gauge.angle || 0) * Math.PI / 180, c = Math.abs(Math.cos(turn)), s = Math.abs(Math.sin(turn));
  const width = w * c + h * s, height = w * s + h * c;
  return { x: x - width / 2, y: y - height / 2, width, height };
}

function middle(box) {
  return [box.x + box.width / 2, box.y + box.height / 2];
}

function between(a, b) {
  const [x1, y1] = middle(a), [x2, y2] = middle(b);
  return draw("line", { x1, y1, x2, y2 });
}

/* What a value stands beside: its gauge, or halfway to the other one. */
function about(one, boxes) {
  const box = boxes.get(one.of);
  if (!boxes.has(one.to)) return box;
  const [x1, y1] = middle(box), [x2, y2] = middle(boxes.get(one.to));
  return { x: (x1 + x2) / 2, y: (y1 + y2) / 2, width: 0, height: 0 };
}

/* In the page's font, with its outline. */
function textWidth(text, size) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = "600 100px " + getComputedStyle(document.body).fontFamily;
  return (context.measureText(text).width / 100 + 0.2) * size;
}

/* How much of a box is off the picture or over what stands there. */
function covered(box, golden, taken) {
  const wide = (a, b) => Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const high = (a, b) => Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const over = (a, b) => wide(a, b) > 0 && high(a, b) > 0 ? wide(a, b) * high(a, b) : 0;
  const picture = { x: 0, y: 0, width: golden.width, height: golden.height };
  return 4 * (box.width * box.height - over(box, picture)) + taken.reduce((sum, one) => sum + over(box, one), 0);
}

/* Near a box that is to stay free: below it, above, to its right or left, then further off; where it covers least. */
function gaugeLabel(near, text, verdict, size, golden, taken) {
  const width = textWidth(text, size), height = 1.25 * size, [x, y] = middle(near), gap = 0.4 * size;
  let best = null, least = Infinity;
  for (let k = 0; k < LABEL_SIDES * LABEL_RINGS && least >= 1; k++) {
    const side = k % LABEL_SIDES, off = gap + Math.floor(k / LABEL_SIDES) * height;
    const box = { x: x - width / 2, y: near.y + near.height + off, width, height };
    if (side === 1) box.y = near.y - off - height;
    if (side > 1) {
      box.x = side === 2 ? near.x + near.width + gap : near.x - gap - width;
      box.y = y - height / 2 + off - gap;
    }
    const over = covered(box, golden, taken);
    if (over < least) [least, best] = [over, box];
  }
  taken.push(best);
  return draw("text", { x: best.x + width / 2, y: best.y + size, "font-size": size, "text-anchor": "middle", class: verdict || "" }, text);
}
