// The report's page as people use it: page_test.js BROWSER ASSAY ASSAY_SYNTH FOLDER
"use strict";
const assert = require("assert");
const { execFileSync, spawnSync } = require("child_process");
const fs = require("fs");
const path = require("path");
const harness = require("./harness.js");
const [browserPath, assay, synth, folder] = process.argv.slice(2);

const PHOTOS = 2000, HOSTILE = "</script><img src=x onerror=hacked=1>.jpg", ZONE = "<b onclick=hacked=1>&amp;";

/* Photos judged in truth, for the pictures, and as many more of their results as a large lot has. */
function makeReports() {
  const at = (name) => path.join(folder, name);
  const set = (name) => at("a-set-whose-folder-has-a-name-that-no-narrow-line-holds" + name);
  const quiet = { stdio: "ignore" };
  execFileSync(synth, ["--seed", "7", "--count", "6", "--defects", "3", "--megapixels", "0.3", "--goldens", "2", "--out", set("")], quiet);
  const goldens = fs.readdirSync(set("/golden")).map((name) => set("/golden/" + name));
  execFileSync(assay, ["golden", "create", at("golden"), "--name", "label", "--photo", ...goldens, "--spec", set("/golden.yaml")], quiet);
  spawnSync(assay, ["run", at("golden"), set("/photos"), "--lot", "L1", "--factory", "North", "--out", at("out")], quiet);
  const lines = fs.readFileSync(at("out/results.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const failed = lines.find((line) => line.verdict === "fail"), passed = lines.find((line) => line.verdict === "pass");
  assert(failed && passed, "the set has photos that fail and that pass");
  for (let i = lines.length; i < PHOTOS; i++) {
    const line = structuredClone(i % 10 ? passed : failed);
    line.photo = i === 10 ? HOSTILE : "photo-" + String(i).padStart(4, "0") + ".jpg";
    line.photo_id = i.toString(16).padStart(64, "0");
    Object.assign(line.job, { id: i.toString(16).padStart(32, "0"), unit: "U" + i, lot: "L" + (1 + Math.floor(i / 500)),
      line: "1", shift: i % 2 ? "night" : "early", captured: new Date(1770000000000 + 60000 * i).toISOString().slice(0, 19) });
    line.dimensions = [{ name: "width", value: 40 + Math.sin(i) / 100, unit: "mm", uncertainty: 0.004, lower: 39.9, upper: 40.1, verdict: "pass" }];
    for (const region of line.regions) region.zone = ZONE;
    lines.push(line);
  }
  fs.writeFileSync(at("out/results.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n") + "\n");
  for (const language of ["en", "zh"]) {
    const end = spawnSync(assay, ["lot", "report", at("out"), "--out", at(language + ".html"), "--language", language, "--size", "1200", "--full"]);
    assert.strictEqual(end.status, 1, String(end.stderr));
  }
  const end = spawnSync(assay, ["lot", "report", at("out"), "--out", at("factory.html"), "--for", "factory",
    "--resubmission-of", "L1", "--photos", "50"]);
  assert.strictEqual(end.status, 1, String(end.stderr));
}

/* Of a part whose gauges are drawn with what they measured. */
function makeGaugeReport() {
  const at = (name) => path.join(folder, name), quiet = { stdio: "ignore" };
  execFileSync(synth, ["--product", "plate", "--seed", "3", "--count", "2", "--defects", "1", "--megapixels", "0.3", "--goldens", "1",
    "--scale", "0", "--tilt", "0", "--distortion", "0", "--out", at("plates")], quiet);
  execFileSync(assay, ["golden", "create", at("plate"), "--name", "plate", "--photo", at("plates/golden/000.jpg"),
    "--spec", at("plates/golden.yaml")], quiet);
  spawnSync(assay, ["run", at("plate"), "--manifest", at("plates/manifest.csv"), "--out", at("gauged")], quiet);
  const end = spawnSync(assay, ["lot", "report", at("gauged"), "--out", at("gauges.html")]);
  assert([0, 1, 2].includes(end.status), String(end.stderr));
}

const pages = [];
async function open(browser, language, width) {
  const page = await harness.open(browser, "file://" + path.join(folder, language + ".html"), width);
  pages.push(page);
  return page;
}

async function memory(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return Math.max(...processInfo.filter((one) => one.type === "renderer").map((one) =>
    Number(/^Pss:\s+(\d+)/m.exec(fs.readFileSync("/proc/" + one.id + "/smaps_rollup", "utf8"))[1]) / 1024));
}

/* Seconds of processor time of the page's process so far. */
async function worked(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return Math.max(...processInfo.filter((one) => one.type === "renderer").map((one) => one.cpuTime));
}

const tests = {
  async opens_fast_and_small(browser) {
    const page = await open(browser, "en", 1280), used = await memory(browser), busy = await worked(browser);
    console.log(PHOTOS + " photos: open after " + page.took + " ms, " + busy.toFixed(2) + " s of work, " +
      used.toFixed(0) + " MiB");
    /* Other work on the machine adds to the time by the clock; that of the processor is the page's own. */
    assert(Math.min(page.took / 1000, busy) < 2 && used < 300);
  },
  async slider_follows_the_keyboard() {
    const page = pages[0];
    await page.focus(".stage input[type=range]");
    await page.keyboard.press("End");
    assert.match(await page.locator(".front").evaluate((e) => e.style.clipPath), /100%/);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    assert.match(await page.locator(".front").evaluate((e) => e.style.clipPath), / 1%/);
    assert(await page.locator(".photo").evaluate((e) => e.naturalWidth) > 100);
  },
  async slider_follows_the_pointer() {
    const frame = pages[0].locator(".stage .frame"), box = await frame.boundingBox();
    await frame.click({ position: { x: box.width / 4, y: 20 } });
    assert.strictEqual(await pages[0].locator(".stage input[type=range]").inputValue(), "25");
  },
  async map_and_regions_switch_by_the_keyboard() {
    const page = pages[0], visible = (name) => page.locator(".stage " + name).isVisible();
    assert.deepStrictEqual([await visible(".difference"), await visible(".marks")], [false, true]);
    for (const label of ["Difference map", "Regions"]) {
      await page.getByLabel(label, { exact: true }).focus();
      await page.keyboard.press("Space");
    }
    assert.deepStrictEqual([await visible(".difference"), await visible(".marks")], [true, false]);
  },
  async full_picture_lies_beside_the_page() {
    const link = await pages[0].locator(".stage a").getAttribute("href");
    assert.match(link, /^en-pictures\/[0-9a-f]{32}\.png$/);
    assert.strictEqual(fs.readFileSync(path.join(folder, link)).subarray(1, 4).toString(), "PNG");
  },
  async table_filters_and_sorts() {
    const page = pages[0], shown = page.locator("#shown");
    const verdict = page.locator("label.field", { hasText: /^Verdict/ }).locator("select");
    await verdict.selectOption("fail");
    assert.strictEqual(await page.locator("#rows .badge.pass").count(), 0);
    await page.getByLabel("Search").fill("photo-0020");
    assert.match(await shown.textContent(), /1 to 1 of 1 found/);
    await page.getByLabel("Search").fill("");
    await verdict.selectOption("");
    await page.locator("#heads button").first().focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    assert.strictEqual(await page.locator("#heads th").first().getAttribute("aria-sort"), "descending");
    const names = await page.locator("#rows .open").allTextContents();
    assert.deepStrictEqual(names, [...names].sort((a, b) => b.localeCompare(a, "en", { numeric: true })));
    assert.strictEqual(names.length, 50);
  },
  async everything_is_reached_by_tab_alone(browser) {
    const page = await open(browser, "en", 1280), reached = new Set();
    for (let i = 0; i < 120 && !reached.has("open"); i++) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement.className || document.activeElement.type));
    }
    for (const name of ["skip", "range", "checkbox", "search", "select-one", "open"]) assert(reached.has(name), name);
    const before = await page.locator("#viewer h3").textContent();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.notStrictEqual(await page.locator("#viewer h3").textContent(), before);
    assert.strictEqual(await page.evaluate(() => document.activeElement.id), "viewer");
  },
  async names_from_results_are_text() {
    const page = pages[1];
    await page.getByLabel("Search").fill("onerror");
    await page.locator("#rows .open").first().click();
    assert((await page.locator("#viewer h3").textContent()).includes(HOSTILE));
    assert((await page.locator("#viewer").textContent()).includes(ZONE));
    assert.strictEqual(await page.evaluate(() => typeof window.hacked), "undefined");
  },
  async gauges_are_drawn_with_their_values(browser) {
    const page = await open(browser, "gauges", 1280);
    const marks = await page.locator("svg.gauges text").allTextContents();
    assert(marks.some((text) => /^bore \d+\.\d+ mm$/.test(text)), marks.join("; "));
    const boxes = await page.locator("svg.gauges text").evaluateAll((all) => all.map((one) => {
      const { x, y, width, height } = one.getBBox();
      return { x, y, width, height };
    }));
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => assert(a.x + a.width <= b.x || b.x + b.width <= a.x ||
      a.y + a.height <= b.y || b.y + b.height <= a.y, "two labels overlap: " + marks.join("; "))));
  },
  async the_form_for_a_factory_is_filled_in_and_reads_back(browser) {
    const page = await open(browser, "factory", 1280);
    const text = await page.locator("main").textContent();
    assert(!text.includes("Producer's risk") && !text.includes("first approval"), "internal notes");
    await page.locator("#actions textarea").nth(0).fill("a worn \"blade\", dull");
    await page.locator("#actions textarea").nth(1).fill("changed");
    await page.locator("#actions input[type=date]").nth(0).fill("2026-03-05");
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("a.save").click()]);
    await download.saveAs(path.join(folder, "filled.csv"));
    const out = execFileSync(assay, ["action", "import", path.join(folder, "filled.csv"), "--register", path.join(folder, "register.jsonl")]);
    assert.strictEqual(String(out), "1 action taken over\n");
    pages.pop();
  },
  async prints_to_pdf() {
    const pdf = await pages[1].pdf({ format: "A4", path: path.join(folder, "report.pdf") });
    assert.strictEqual(pdf.subarray(0, 5).toString(), "%PDF-");
    assert(pdf.length > 50000);
  },
  async axe_finds_no_violation(browser) {
    const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
    for (const [language, width] of [["en", 1280], ["zh", 390], ["factory", 1280], ["factory", 390]]) {
      const page = await open(browser, language, width);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document));
      assert.deepStrictEqual(violations.map((v) => [v.id, v.nodes.map((n) => n.html)]), []);
      /* Charts take their size a little later. It must not scroll sideways. */
      await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth);
    }
  },
  async no_request_leaves_the_file() {
    for (const page of pages) {
      assert.deepStrictEqual(page.asked.filter((url) => !url.startsWith("data:")).length, 1);
      assert.deepStrictEqual(page.faults, []);
    }
  }
};

makeReports();
makeGaugeReport();
harness.run(browserPath, tests);
