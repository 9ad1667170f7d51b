// What the browser tests share: a page that tells what it asks for and what fails in it, and running tests by name.
"use strict";
const { chromium } = require("playwright-core");

/* A page of so many pixels, whose requests and faults gather in page.asked and page.faults; open when its verdict is. */
async function open(browser, address, width) {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  page.asked = [];
  page.faults = [];
  page.on("request", (request) => page.asked.push(request.url()));
  page.on("pageerror", (error) => page.faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  const started = Date.now();
  await page.goto(address);
  await page.waitForSelector("#basis h2");
  page.took = Date.now() - started;
  return page;
}

/* Each of an object of async functions, in order, with the browser; ends the process. */
async function run(executablePath, tests) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test(browser);
      console.log("[       OK ] " + name);
    } catch (error) {
      failed++;
      console.log("[  FAILED  ] " + name + "\n" + error.stack);
    }
  }
  await browser.close();
  process.exit(failed ? 1 : 0);
}

module.exports = { open, run };
