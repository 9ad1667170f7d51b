/* Puts the report together. */
function headSection(data) {
  const times = data.photos.map((photo) => photo.captured).filter(Boolean).sort();
  byId("head").append(make("h1", {}, say("title")),
    make("p", {}, [data.goldens.map((golden) => say("golden_of", golden)).join(", "),
      times.length ? say("period", { from: moment(times[0]), to: moment(times[times.length - 1]) }) : "",
      say("made", { made: moment(data.made), version: data.assay })].filter(Boolean).join(" · ")));
  document.title = say("title") + (data.goldens.length ? " – " + data.goldens[0].name : "");
  document.querySelector(".skip").textContent = say("skip");
  byId("contents").setAttribute("aria-label", say("contents"));
  byId("contents").append(make("ul", {}, ["verdict", ...(data.review_key || data.reviews.length ? ["review"] : []),
    ...(data.actions ? ["actions"] : []), "photos", "drift", "compared", "map", "basis"].map((id) =>
    make("li", {}, make("a", { href: "#" + id }, say(id))))));
}

/* On paper nothing can be opened: there the photos that failed stand one below the other. */
function evidenceSection(data, pictures) {
  const most = 24, shown = data.photos.filter((photo) => pictures.photos[photo.job]).slice(0, most);
  if (!shown.length) return;
  const framed = (golden, source, alt, marks) => {
    const frame = make("div", { class: "frame" }, make("img", { src: source, alt }), marks);
    frame.style.aspectRatio = golden.width + " / " + golden.height;
    return frame;
  };
  add(byId("evidence"), make("h2", {}, say("evidence")),
    make("p", {}, say("evidence_note", { shown: shown.length, failed: number(data.counts.fail) })),
    shown.map((photo) => {
      const golden = data.goldens.find((one) => one.sha256 === photo.golden);
      return make("figure", {}, make("figcaption", {}, photo.photo, make("span", { class: "faint" }, " " + finding(photo))),
        make("div", { class: "pair" },
          framed(golden, pictures.goldens[photo.golden], say("golden"), null),
          framed(golden, pictures.photos[photo.job][0], say("photo"), regionMarks(photo, golden))));
    }));
}

function basisSection(data) {
  const section = byId("basis");
  section.append(make("h2", {}, say("basis")));
  data.goldens.forEach((golden) => section.append(make("h3", {}, say("golden_of", golden)),
    make("dl", {}, [["seal", golden.sha256], ["sealed_by", golden.by], ["sealed_when", golden.when && moment(golden.when)],
      ["sealed_why", golden.why]].filter(([, value]) => value).flatMap(([key, value]) =>
      [make("dt", {}, say(key)), make("dd", {}, value)])),
    golden.spec ? make("details", { open: true }, make("summary", {}, say("spec")),
      make("pre", { tabindex: 0, "aria-label": say("spec") }, golden.spec)) : null));
  section.append(make("h3", {}, say("methods")), make("ul", {}, ["method.lots", "method.charts", "method.uncertainty",
    "method.colour", "method.groups", "method.places", "method.verdict"].map((key) => make("li", {}, say(key)))),
    make("p", {}, say("versions", { version: data.assay, chart: Chart.version })));
}

/* What is folded up would be missing on paper. */
addEventListener("beforeprint", () => document.querySelectorAll("#verdict details.more, #compared details.more").forEach((one) => { one.open = true; }));

(function () {
  const data = JSON.parse(byId("data").textContent), pictures = JSON.parse(byId("pictures").textContent);
  headSection(data);
  lotSection(data);
  reviewSection(data, pictures);
  actionsSection(data);
  photoSection(data, pictures);
  evidenceSection(data, pictures);
  driftSection(data);
  groupsSection(data);
  mapSection(data, pictures);
  basisSection(data);
})();
