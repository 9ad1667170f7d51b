// The queue for review as people use it: review_test.js BROWSER ASSAY ASSAY_SYNTH FOLDER [SCREENSHOTS]
"use strict";
const assert = require("assert");
const { execFileSync, spawn, spawnSync } = require("child_process");
const fs = require("fs");
const path = require("path");
const harness = require("./harness.js");
const [browserPath, assay, synth, folder, screenshots] = process.argv.slice(2);
const at = (name) => path.join(folder, name), quiet = { stdio: "ignore" };
const TOKEN = "0123456789abcdef0123456789abcdef";

function makeStore() {
  execFileSync(synth, ["--seed", "7", "--count", "8", "--defects", "5", "--megapixels", "0.3", "--goldens", "2", "--out", at("set")], quiet);
  const goldens = fs.readdirSync(at("set/golden")).map((name) => at("set/golden/" + name));
  execFileSync(assay, ["golden", "create", at("golden"), "--name", "label", "--photo", ...goldens, "--spec", at("set/golden.yaml")], quiet);
  spawnSync(assay, ["run", at("golden"), at("set/photos"), "--lot", "L1", "--factory", "North", "--out", at("out")], quiet);
  fs.writeFileSync(at("token"), TOKEN + "\n");
}

/* A service of its own; where it listens is what it says first. */
async function serve(...options) {
  const process = spawn(assay, ["serve", "--data", at("out/store"), "--json", "--web", "127.0.0.1:0", "--listen",
    "ipc://" + at("broker.ipc"), "--findings", "ipc://" + at("findings.ipc"), ...options], { stdio: ["ignore", "pipe", "ignore"] });
  const line = await new Promise((resolve) => process.stdout.once("data", resolve));
  const end = () => new Promise((resolve) => { process.once("exit", resolve); process.kill("SIGTERM"); });
  return { address: "http://" + JSON.parse(line).web, end };
}

const judged = () => JSON.parse(spawnSync(assay, ["lot", "judge", at("out"), "--json"]).stdout);
const results = () => fs.readFileSync(at("out/results.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
const failing = () => results().filter((line) => line.verdict === "fail");
const pages = [];

async function open(browser, address, width) {
  const page = await harness.open(browser, address, width);
  pages.push(page);
  return page;
}

async function picture(page, name) {
  if (screenshots) await page.locator("#review").screenshot({ path: path.join(screenshots, name + ".png") });
}

const tests = {
  async without_being_asked_for_nothing_can_be_changed(browser) {
    const service = await serve(), page = await open(browser, service.address, 1280);
    assert.strictEqual(await page.locator("#review").count(), 0);
    const answer = await fetch(service.address + "/review", { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } });
    assert(answer.status === 404 || answer.status === 405, String(answer.status));
    await page.close();
    await service.end();
  },
  async a_finding_is_confirmed_and_another_overruled_by_the_keyboard_alone(browser) {
    const service = await serve("--web-review"), page = await open(browser, service.address + "/", 1280);
    const waiting = failing().reduce((sum, line) => sum + line.regions.length, 0);
    assert.match(await page.locator("#waiting").textContent(), new RegExp("^" + waiting + " "));
    assert.strictEqual(await page.locator(".finding").first().locator(".closeup").count(), 2);
    await picture(page, "queue-1280");
    await page.focus(".finding input");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.strictEqual(await page.locator(".finding .told").first().textContent(), "Please give your name.");
    assert.strictEqual(await page.evaluate(() => document.activeElement.id), "reviewer");
    await page.keyboard.type("Mei Tan");
    await page.keyboard.press("Tab");
    await page.keyboard.type("deep scratch");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForFunction((count) => document.querySelector("#waiting").textContent.includes(" " + count + " "), waiting - 1);
    /* The next finding's reason has the focus. */
    await page.keyboard.type("<b>print edge</b>, agreed 7 May");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForFunction((count) => document.querySelector("#waiting").textContent.includes(" " + count + " "), waiting - 2);
    await picture(page, "decided-1280");
    const rows = await page.locator("#decisions tbody tr").allTextContents();
    assert.strictEqual(rows.length, 2);
    assert(rows[0].startsWith("overruled") && rows[0].includes("<b>print edge</b>"), rows[0]);
    assert(rows[1].startsWith("confirmed") && rows[1].includes("Mei Tan"), rows[1]);
    await page.reload();
    await page.waitForSelector("#basis h2");
    assert.strictEqual(await page.locator("#decisions tbody tr").count(), 2);
    assert.match(await page.locator("#waiting").textContent(), new RegExp("^" + (waiting - 2) + " "));
    assert.strictEqual(await page.inputValue("#reviewer"), "Mei Tan");
    await page.close();
    await service.end();
  },
  async it_outlives_the_service_and_counts_for_the_lot() {
    assert.strictEqual(judged().overruled, 1);
    const trail = fs.readFileSync(at("out/store/audit.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line))
      .filter((line) => line.action === "review");
    assert.deepStrictEqual(trail.map((line) => [line.decision, line.who.name]), [["confirmed", "Mei Tan"], ["overruled", "Mei Tan"]]);
  },
  async a_page_of_another_site_can_neither_read_nor_decide(browser) {
    const service = await serve("--web-review"), page = await browser.newPage();
    const before = judged().overruled, job = failing()[0].job.id;
    await page.route("http://evil.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<p>evil</p>" }));
    await page.goto("http://evil.example/");
    const tried = await page.evaluate(async ([address, job]) => {
      const body = JSON.stringify({ job, region: 1, decision: "overruled", who: "Mallory", why: "x" });
      const ask = (how) => fetch(address + "/review", { method: "POST", body, ...how }).then((answer) => answer.status, () => "kept away");
      const read = await fetch(address + "/").then((answer) => answer.text(), () => "kept away");
      return [read, await ask({ headers: { "Content-Type": "application/json", "X-Assay-Key": "0" } }), await ask({}),
        await ask({ mode: "no-cors" })];
    }, [service.address, job]);
    assert.strictEqual(tried[0], "kept away");
    assert(tried.slice(1).every((one) => one === "kept away" || one === 0 || one >= 400), JSON.stringify(tried));
    assert.strictEqual(judged().overruled, before);
    assert.match((await fetch(service.address + "/")).headers.get("content-security-policy"), /frame-ancestors 'none'/);
    await page.close();
    await service.end();
  },
  async with_a_token_the_page_sends_it_along(browser) {
    const service = await serve("--web-review", "--web-token", at("token"));
    assert.strictEqual((await fetch(service.address + "/")).status, 401);
    const page = await open(browser, service.address + "/?lang=zh&token=" + TOKEN, 390);
    const first = page.locator(".finding").first();
    await picture(page, "queue-390");
    await page.fill("#reviewer", "王芳");
    await first.locator("input").fill("划痕");
    await first.locator("button").first().click();
    await page.waitForFunction(() => document.querySelectorAll("#decisions tbody tr").length === 3);
    await picture(page, "decided-390");
    await page.close();
    await service.end();
  },
  async axe_finds_no_violation(browser) {
    const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"), service = await serve("--web-review");
    for (const [language, width] of [["en", 1280], ["zh", 390]]) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, bypassCSP: true });
      await page.goto(service.address + "/?lang=" + language);
      await page.waitForSelector("#basis h2");
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document));
      assert.deepStrictEqual(violations.map((v) => [v.id, v.nodes.map((n) => n.html)]), []);
      /* Charts take their size a little later. It must not scroll sideways. */
      await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth);
      await page.close();
    }
    await service.end();
  },
  async what_was_overruled_becomes_a_limit_sample() {
    const approve = () => spawnSync(assay, ["golden", "approve", at("golden"), "--reviewed", at("out"), "--by", "Mei Tan", "--json"]);
    const end = approve();
    assert.strictEqual(end.status, 0, String(end.stderr));
    const told = JSON.parse(end.stdout);
    assert.deepStrictEqual([told.version, told.approved], [2, 1]);
    const again = JSON.parse(approve().stdout);
    assert.deepStrictEqual([again.version, again.approved], [2, 0]);
    assert.match(String(execFileSync(assay, ["golden", "history", at("golden")])), /print edge/);
  },
  async nothing_failed_in_the_console() {
    assert.deepStrictEqual(pages.flatMap((page) => page.faults), []);
  }
};

makeStore();
harness.run(browserPath, tests);
