/* The queue for review, where the page is served for it, and what was decided. */
const review = { waiting: [], decided: [], who: "", shown: 10 };

function reviewSection(data, pictures) {
  const section = byId("review");
  review.decided = [...data.reviews].sort((a, b) => b.at.localeCompare(a.at));
  if (!data.review_key && !review.decided.length) {
    section.remove();
    return;
  }
  section.append(make("h2", {}, say("review")));
  if (data.review_key) {
    review.data = data;
    review.pictures = pictures;
    review.waiting = waitingFindings(data, pictures);
    review.who = remembered();
    const name = make("input", { type: "text", id: "reviewer", autocomplete: "name", maxlength: 200, value: review.who,
      oninput: () => remember(name.value.trim()) });
    section.append(make("p", {}, say("review_note")), make("p", { id: "waiting", role: "status" }),
      make("label", { class: "field" }, make("span", {}, say("your_name")), name), make("div", { id: "queue" }));
    showQueue();
  }
  section.append(make("div", { id: "decisions" }));
  showDecisions();
}

/* A name is typed once a session, where the browser keeps such things. */
function remembered() {
  try { return sessionStorage.getItem("reviewer") || ""; } catch { return ""; }
}
function remember(name) {
  review.who = name;
  try { sessionStorage.setItem("reviewer", name); } catch { /* then it is typed again */ }
}

/* The critical ones first, then the strongest; those that can be seen before those that cannot. */
function waitingFindings(data, pictures) {
  const done = new Set(data.reviews.map((one) => one.job + " " + one.region));
  const severe = { critical: 0, major: 1, minor: 2 };
  return data.photos.filter((photo) => photo.verdict === "fail" && photo.job)
    .flatMap((photo) => (photo.regions || []).map((region) => ({ photo, region })))
    .filter(({ photo, region }) => !done.has(photo.job + " " + region.number))
    .sort((a, b) => !pictures.photos[a.photo.job] - !pictures.photos[b.photo.job] ||
      severe[a.region.severity] - severe[b.region.severity] || b.region.peak - a.region.peak);
}

function showQueue() {
  const place = byId("queue"), first = review.waiting.slice(0, review.shown);
  byId("waiting").textContent = say(review.waiting.length ? "review_waiting" : "review_none", { count: number(review.waiting.length) });
  for (const card of [...place.children]) if (!first.includes(card.finding)) card.remove();
  first.forEach((finding, i) => {
    if (place.children[i] && place.children[i].finding === finding) return;
    const card = findingCard(finding);
    card.finding = finding;
    place.insertBefore(card, place.children[i] || null);
  });
}

function findingName({ photo, region }) {
  return word("class", region.class) + (region.zone ? ", " + region.zone : "") + ", " +
    say("tolerances", { peak: number(region.peak, 3) }) + " · " + photo.photo;
}

function findingCard(finding) {
  const { photo, region } = finding, name = findingName(finding);
  const why = make("input", { type: "text", maxlength: 1000, "aria-label": say("your_reason") + ": " + name });
  const told = make("p", { class: "told", role: "alert" });
  const decide = (decision) => () => send(finding, decision, why, told);
  return make("article", { class: "lot finding", "aria-label": name },
    make("h3", {}, badge("severity", region.severity), " ", name),
    make("p", { class: "faint" }, origin(photo)), closeUps(finding),
    make("div", { class: "decide" },
      make("label", { class: "field" }, make("span", {}, say("your_reason")), why),
      make("button", { type: "button", onclick: decide("confirmed"), "aria-label": say("confirm") + ": " + name }, say("confirm")),
      make("button", { type: "button", onclick: decide("overruled"), "aria-label": say("overrule") + ": " + name }, say("overrule"))),
    told);
}

/* Where a view of `size` begins, about `middle`, that shows nothing beyond a picture of `whole` where it need not. */
function begin(middle, size, whole) {
  return size >= whole ? (whole - size) / 2 : Math.min(Math.max(middle - size / 2, 0), whole - size);
}

/* The place of the finding, on the golden and on the photo. */
function closeUps({ photo, region }) {
  const golden = review.data.goldens.find((one) => one.sha256 === photo.golden);
  const own = review.pictures.photos[photo.job], approved = review.pictures.goldens[photo.golden];
  if (!golden || !golden.width || !own || !approved) return make("p", { class: "missing" }, say("no_pictures"));
  const [x, y, width, height] = region.golden_box;
  const all = Math.max(golden.width, golden.height * 4 / 3);
  const side = Math.min(Math.max(3 * width, 4 * height, golden.width / 8), all);
  const view = [begin(x + width / 2, side, golden.width), begin(y + height / 2, side * 3 / 4, golden.height), side, side * 3 / 4]
    .join(" ");
  const picture = (source, label, marked) => make("figure", {},
    draw("svg", { viewBox: view, class: "closeup", role: "img", "aria-label": label },
      draw("image", { href: source, width: golden.width, height: golden.height, preserveAspectRatio: "none" }),
      marked ? draw("rect", { x: x - side / 80, y: y - side / 80, width: width + side / 40, height: height + side / 40,
        class: "mark " + region.severity }) : []),
    make("figcaption", { class: "faint" }, label));
  return make("div", { class: "pair" }, picture(approved, say("golden"), false), picture(own[0], say("photo"), true));
}

async function send(finding, decision, why, told) {
  const missing = [[byId("reviewer"), review.who, "review_needs_name"], [why, why.value.trim(), "review_needs_reason"]];
  for (const [field, text] of missing) field.toggleAttribute("aria-invalid", !text);
  for (const [field, text, key] of missing) if (!text) {
    told.textContent = say(key);
    field.focus();
    return;
  }
  const token = new URLSearchParams(location.search).get("token");
  const headers = { "Content-Type": "application/json", "X-Assay-Key": review.data.review_key };
  if (token) headers.Authorization = "Bearer " + token;
  const body = JSON.stringify({ job: finding.photo.job, region: finding.region.number, decision, who: review.who, why: why.value.trim() });
  try {
    const answer = await fetch("/review", { method: "POST", headers, body });
    if (!answer.ok) throw new Error(await answer.text());
    decided(finding, await answer.json());
  } catch (error) {
    told.textContent = say("review_failed", { why: error.message.trim() });
  }
}

function decided(finding, line) {
  const index = review.waiting.indexOf(finding);
  review.waiting.splice(index, 1);
  review.decided.unshift(line);
  showQueue();
  showDecisions();
  byId("waiting").textContent = say("review_saved", { decision: word("decision", line.decision), finding: findingName(finding),
    count: number(review.waiting.length) });
  const next = byId("queue").children[Math.min(index, byId("queue").children.length - 1)];
  (next ? next.querySelector("input") : byId("reviewer")).focus();
}

function showDecisions() {
  if (!review.decided.length) return;
  const columns = ["decision", "class", "photo", "who", "why", "when"].map((key) => ({ title: say("column." + key) }));
  byId("decisions").replaceChildren(make("h3", {}, say("decisions")),
    make("p", { class: "faint" }, say("decisions_note")),
    table(say("decisions"), columns, review.decided.map((one) => [badge("decision", one.decision),
      word("class", one.class) + (one.zone ? ", " + one.zone : "") + " (" + one.region + ")", one.photo, one.who, one.why,
      make("span", { class: "moment" }, moment(one.at.replace(/\.\d+/, "")))])));
}
