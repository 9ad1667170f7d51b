/* What drifted, and the control charts. */
const colours = { line: "#1d4f7c", limit: "#a02018", centre: "#4a5560", spec: "#7a5200" };

function driftSection(data) {
  const section = byId("drift"), drift = data.drift;
  drift.charts = drift.charts.filter((chart) => chart.values.length > 1).map(inPercent)
    .sort((a, b) => lineName(a).localeCompare(lineName(b), language, { numeric: true }));
  section.append(make("h2", {}, say("drift")),
    drift.findings.length
      ? make("ul", { class: "findings" }, drift.findings.map((one) => make("li", {}, findingText(one))))
      : make("p", {}, say("no_drift")),
    make("p", { class: "faint" }, say(drift.looked_at ? "budget" : "too_few", { budget: number(drift.budget), looked: number(drift.looked_at) })));
  if (!drift.charts.length) {
    section.append(make("p", {}, say("no_charts", { reference: drift.reference })));
    return;
  }
  const kinds = [...new Set(drift.charts.map((chart) => chart.quantity + "\n" + chart.name))];
  const told = drift.findings.map((one) => one.quantity + "\n" + (one.name || ""));
  const first = [...told, "failed\n", "score\n"].find((kind) => kinds.includes(kind)) || kinds[0];
  const place = make("div", { class: "charts" });
  const show = (kind) => place.replaceChildren(...drift.charts
    .filter((chart) => chart.quantity + "\n" + chart.name === kind).map(chartFigure));
  section.append(
    choice(say("quantity"), kinds.map((kind) => [kind, quantityName(...kind.split("\n"))]),
      first, show),
    place, make("p", { class: "faint" }, say("chart_note", { reference: drift.reference })));
  show(first);
}

/* Shares as all other tables tell them. */
function inPercent(chart) {
  if (!isCounted(chart.quantity)) return chart;
  const all = (value) => value === null ? null : 100 * value;
  return { ...chart, unit: "%", values: chart.values.map(all), centre: all(chart.centre), lower: all(chart.lower), upper: all(chart.upper) };
}

function isCounted(quantity) {
  return ["defect", "unjudged", "failed"].includes(quantity);
}

function quantityName(kind, name) {
  return word("quantity", kind) + (name ? " " + word("class", name) : "");
}

/* In English the sentence of the program; else one made from the finding's fields. */
function findingText(one) {
  if (!("finding_text" in strings)) return one.text;
  const counted = isCounted(one.quantity), unit = counted ? "%" : one.unit || "";
  const value = (v) => counted ? fixed(100 * v, 2) : measured(v, one.sigma);
  const group = ["factory", "line", "shift", "lot"].filter((key) => one[key])
    .map((key) => word("key", key) + " " + one[key]).join(" ") || say("everywhere");
  const how = one.change === "step" ? (one.size > 0 ? "rose" : "fell") : one.change;
  const size = counted ? say("finding_events", { events: number(one.events), photos: number(one.photos) })
    : say("finding_sigma", { size: one.sigma > 0 ? (one.size > 0 ? "+" : "") + number(one.size / one.sigma, 2) : "–", photos: number(one.photos) });
  const limit = one.limit === null ? "" : one.over_limit ? say("finding_over", { limit: value(one.limit), unit })
    : one.photos_to_limit === null ? ""
      : say("finding_until", { limit: value(one.limit), unit, photos: number(one.photos_to_limit), time: moment(one.limit_time) });
  if (one.lab) return colourText(one, group, limit);
  return say("finding_text", { group, quantity: quantityName(one.quantity, one.name), change: say("change." + how), size,
    since: moment(one.since), lower: moment(one.since_lower), upper: moment(one.since_upper), before: value(one.before),
    after: value(one.after), unit, limit }).replace(/ +([,;，；。（）])/g, "$1");
}

function colourText(one, group, limit) {
  const [way] = [["darker", "lighter"], ["greener", "redder"], ["bluer", "yellower"]]
    .map((ways, i) => ({ word: ways[one.lab[i] > 0 ? 1 : 0], size: Math.abs(one.lab[i]) })).sort((a, b) => b.size - a.size);
  return say("finding_colour", { group, quantity: quantityName(one.quantity, one.name), limit, way: say("way." + way.word),
    change: say("change." + (one.change === "step" ? "colour" : one.change)), size: number(one.size, 3),
    lab: labText(one.lab), sigma: number(one.size / one.sigma, 2), photos: number(one.photos), since: moment(one.since),
    lower: moment(one.since_lower), upper: moment(one.since_upper), before: number(one.before, 3), after: number(one.after, 3) });
}

/* "L* +1.2, a* -0.3, b* 0.0" */
function labText(lab) {
  return lab.map((value, i) => ["L* ", "a* ", "b* "][i] + (value > 0 ? "+" : "") + fixed(value, 2)).join(", ");
}

function lineName(chart) {
  return [chart.factory, chart.line].filter(Boolean).join(" / ") || say("all_lines");
}

function chartFigure(chart) {
  const title = quantityName(chart.quantity, chart.name) + " · " + lineName(chart);
  const outside = chart.values.filter((value) => value < chart.lower || value > chart.upper).length;
  const words = say("chart_words", { title, points: chart.values.length, centre: number(chart.centre, 4),
    lower: number(chart.lower, 4), upper: number(chart.upper, 4), outside, unit: chart.unit || "" }).replace(/ +([,，])/, "$1");
  const canvas = make("canvas", { role: "img", "aria-label": words });
  const figure = make("figure", {}, make("figcaption", {}, title,
    chart.per > 1 ? make("span", { class: "faint" }, " " + say("per_point", { per: chart.per })) : null),
    make("div", { class: "canvas" }, canvas), make("p", { class: "faint" }, words));
  requestAnimationFrame(() => plot(canvas, chart));
  return figure;
}

function plot(canvas, chart) {
  const outside = (value) => value < chart.lower || value > chart.upper;
  const level = (value, colour, dash, label) => value === null ? [] : [{ label, data: chart.values.map(() => value),
    borderColor: colour, borderDash: dash, borderWidth: 1.5, pointRadius: 0 }];
  const timed = chart.times.some((time) => time > 0);
  new Chart(canvas, {
    type: "line",
    data: {
      labels: chart.times.map((time, i) => timed ? new Date(time).toISOString().slice(0, 16).replace("T", " ") : i + 1),
      datasets: [
        { label: say("value"), data: chart.values, borderColor: colours.line, borderWidth: 1,
          pointRadius: chart.values.map((value) => outside(value) ? 4 : 1.5),
          pointStyle: chart.values.map((value) => outside(value) ? "triangle" : "circle"),
          pointBackgroundColor: chart.values.map((value) => outside(value) ? colours.limit : colours.line) },
        ...level(chart.centre, colours.centre, [], say("centre")),
        ...level(chart.upper, colours.limit, [6, 4], say("control_limits")),
        ...level(chart.lower, colours.limit, [6, 4], say("control_limits")),
        ...level(chart.spec_upper, colours.spec, [2, 3], say("tolerance_limits")),
        ...level(chart.spec_lower, colours.spec, [2, 3], say("tolerance_limits"))]
    },
    options: {
      animation: false, responsive: true, maintainAspectRatio: false, locale: language,
      plugins: { legend: { display: true, position: "bottom", labels: { usePointStyle: true, pointStyle: "line", pointStyleWidth: 32, color: "#1b1f24",
        filter: (item, all) => all.datasets.findIndex((set) => set.label === item.text) === item.datasetIndex } } },
      scales: { x: { ticks: { maxTicksLimit: canvas.clientWidth < 480 ? 2 : 4, maxRotation: 0, color: "#39424c" } },
        y: { title: { display: Boolean(chart.unit), text: chart.unit }, ticks: { color: "#39424c" },
          ...(chart.quantity === "score" ? { min: 0, max: 100 } : isCounted(chart.quantity) ? { min: 0 } : {}) } }
    }
  });
}
