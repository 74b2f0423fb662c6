import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import type { EmbeddedClickHouse } from "../../sandbox/clickhouse";
import { buildPage } from "../../web/build";
import type { PageFunctions } from "../../web/functions";
import { type ServedPage, servePage } from "../../web/server";
import { startInReusedProcess } from "../sandbox/reusedClickHouse";
import { hostile, storeTrace, trace } from "./telemetry";

const root = join(__dirname, "..", "..");
const password = "made-for-this-test";

async function chromiumPath(): Promise<string | undefined> {
  // Plain JavaScript, since it runs before anything is installed.
  const load = (name: string) => import(`../../scripts/setup/${name}.mjs`);
  const { findOnPath } = await load("onPath");
  return findOnPath((await load("chromium")).chromium);
}

describe("the page in a browser", function () {
  this.timeout(120_000);
  let browser: Browser;
  let clickhouse: EmbeddedClickHouse;
  let served: ServedPage;
  let directory: string;
  let page: Page;
  const invoked: unknown[] = [];
  const functions: PageFunctions = {
    list: () => [
      {
        ...{ name: "shop", runtime: "nodejs22.x", url: "http://shop.localhost:4000/" },
        samples: [{ title: "Schedule nightly, rate(1 day)", event: { source: "aws.events" } }],
      },
      { name: "payments", runtime: "python3.13" },
    ],
    invoke: async (name, event) => {
      invoked.push([name, event]);
      if (name === "payments") throw new Error("function.runtime: python3.13 does not run locally");
      return {
        requestId: "1111111111111111",
        status: "success",
        payload: { statusCode: 201, body: hostile },
        durationMs: 120,
        billedDurationMs: 121,
        initDurationMs: 80,
      };
    },
  };
  /** The browser's error messages. */
  let complaints: string[];

  before(async function () {
    const executablePath = await chromiumPath();
    if (executablePath === undefined) {
      console.log("      chromium is not on PATH: the page is not tested in a browser");
      this.skip();
    }
    directory = mkdtempSync(join(tmpdir(), "page-test-"));
    [browser, clickhouse] = await Promise.all([
      // As root and in containers, Chromium's own sandbox does not start. The page is this project's own.
      chromium.launch({ executablePath, args: ["--no-sandbox"] }),
      startInReusedProcess({ ingestionKey: password }),
      buildPage(root, directory),
    ]);
    await storeTrace(clickhouse, password);
    const hyperDx = "http://hyperdx.example.com";
    served = await servePage({ source: clickhouse.reader, directory, functions, hyperDx });
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    await clickhouse?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(() => open("light"));
  afterEach(() => page?.context().close());

  async function open(colorScheme: "light" | "dark", hash = ""): Promise<void> {
    await page?.context().close();
    const context = await browser.newContext({ colorScheme, viewport: { width: 1200, height: 700 } });
    page = await context.newPage();
    complaints = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${served.url}${hash}`);
  }
  const shownBy = (hash: string) =>
    hash.includes(trace) ? ".waterfall" : hash === "#/invoke" ? "textarea" : ".rows";
  const list = (name: string) => page.getByRole("list", { name });
  const state = () => page.locator(".state").innerText();

  it("is one document, and asks for rows first", async () => {
    const asked: string[] = [];
    // The opened page would go on asking until its successor is there.
    await page.goto("about:blank");
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(served.url);
    await list("Log lines").waitFor();
    await page.getByRole("img", { name: /^3 log lines/ }).waitFor();
    assert.match((await page.locator(".axis span").allInnerTexts()).join(" "), /^\d\d:\d\d \d\d:\d\d$/);
    assert.deepEqual(asked.slice(0, 3), ["/", "/api/logs", "/api/histogram"]);
    await page.getByRole("link", { name: "Invoke" }).waitFor();
    assert.deepEqual(complaints, []);
  });

  it("has each function's measures and costs", async () => {
    await page.getByRole("link", { name: "Invocations" }).click();
    const cells = page.getByRole("row", { name: /^shop/ }).locator("td");
    await cells.first().waitFor();
    await page.getByRole("img", { name: "p50, p95 and p99 of shop over this time, up to 120 ms" }).waitFor();
    assert.deepEqual(await cells.allInnerTexts(), [
      "1",
      "0",
      "1",
      "1",
      "120 ms",
      "120 ms",
      "120 ms",
      "",
      "64 of 256 MB",
      "25 ms",
      "2.00 s",
      "$0.0000085",
      "$0.000000044",
    ]);
  });

  it("has what Lambda measured of each invocation, and says when it comes", async () => {
    await page.getByRole("link", { name: "Invocations" }).click();
    const invocation = (name: RegExp) => list("Invocations").getByRole("button", { name }).locator("span");
    const cells = async (name: RegExp) => (await invocation(name).allInnerTexts()).slice(1, 8);
    await invocation(/shop/).first().waitFor();
    assert.deepEqual(await cells(/shop/), [
      ...["shop", "120 ms", "121 ms", "48 of 256 MB", "25 ms"],
      ...["$0.00000070", "http"],
    ]);
    assert.deepEqual(await cells(/payments/), ["payments", "40 ms", "–", "–", "–", "–", "http"]);
    const titles = page.locator(".invocations .head span[title]");
    assert.deepEqual(await titles.allInnerTexts(), ["Billed", "Memory", "Extensions", "Lambda"]);
    for (const title of await titles.all())
      assert.match((await title.getAttribute("title")) ?? "", /once a minute, and when an environment ends$/);
    await invocation(/shop/).first().click();
    const details = page.getByRole("complementary", { name: "Details" });
    await page.locator(".waterfall").getByText("GET /orders").click();
    const measured = details.locator("section", { hasText: "Measured by Lambda" }).locator("dt, dd");
    await measured.first().waitFor();
    assert.deepEqual(await measured.allInnerTexts(), [
      ...["billed", "121 ms", "memory", "48 of 256 MB"],
      ...["time of extensions", "25 ms", "cost in Lambda", "$0.00000070"],
    ]);
    await page.locator(".waterfall").getByText("charge").click();
    await details.getByText("charge, server, 40 ms").waitFor();
    assert.equal(await measured.count(), 0);
    assert.deepEqual(complaints, []);
  });

  it("has no row wider than the screen, on screens of any width", async () => {
    await page.goto(`${served.url}#/invocations`);
    for (const width of [1280, 1001, 1000, 641, 640, 390]) {
      await page.setViewportSize({ width, height: 780 });
      await list("Invocations").getByRole("button").first().waitFor();
      const widths = await page
        .locator(".invocations .columns, .invocations .rows")
        .evaluateAll((boxes) => boxes.map((box) => box.scrollWidth - box.clientWidth));
      assert.deepEqual(
        widths.map((wider) => Math.max(0, wider)),
        [0, 0, 0, 0],
        `${width}`,
      );
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
    }
  });

  it("follows an address that changes before it is drawn", async () => {
    const content = `document.addEventListener("DOMContentLoaded", () => { location.hash = "#/invocations"; });`;
    await page.addInitScript({ content });
    await page.goto("about:blank");
    await page.goto(served.url);
    await list("Invocations").getByRole("button").first().waitFor({ timeout: 20_000 });
  });

  it("names a trace by its request, also where the init phase came first", async () => {
    await page.getByRole("link", { name: "Traces" }).click();
    await list("Traces")
      .getByRole("button", { name: /GET \/orders/ })
      .waitFor();
  });

  it("goes from an invocation to the line in its span", async () => {
    await page.getByRole("link", { name: "Invocations" }).click();
    await list("Invocations")
      .getByRole("button", { name: /payments/ })
      .click();
    const waterfall = page.locator(".waterfall");
    await waterfall.getByText("GET /orders").waitFor();
    const rows = await waterfall.locator(".name").allInnerTexts();
    assert.deepEqual(
      rows.map((text) => text.split(" –")[0]),
      [
        "no span ran", // from the init phase to the request
        ...["GET /orders shop", "an order came in", hostile],
        ...["init shop", "charge payments"],
        ...["exception TypeError: the order has no customer", "the order has no customer"],
      ],
    );
    await waterfall.getByText("the order has no customer", { exact: true }).click();
    await page.getByRole("complementary", { name: "Details" }).getByText("2222222222222222").waitFor();
    assert.ok(page.url().includes(trace));
    const link = await page.getByRole("link", { name: "Open in HyperDX" }).first().getAttribute("href");
    assert.match(
      link ?? "",
      new RegExp(`^http://hyperdx.example.com/trace/${trace}\\?source=Traces&from=\\d{13}&to=`),
    );
    await page.goBack();
    await list("Invocations").waitFor();
    assert.deepEqual(complaints, []);
  });

  it("filters, and says what it cannot read and when nothing fits", async () => {
    const filter = page.getByRole("searchbox");
    await filter.fill("level:error");
    await filter.press("Enter");
    await list("Log lines")
      .getByRole("button", { name: /the order has no customer/ })
      .waitFor();
    assert.equal(await list("Log lines").getByRole("button").count(), 1);
    await filter.fill("level:fatal");
    await filter.press("Enter");
    await page.getByText("No log line in this time range matches the filter").waitFor();
    await filter.fill("colour:red");
    await filter.press("Enter");
    await page.getByText('There is no field "colour"').waitFor();
  });

  it("sends an event to a function, and shows its answer, lines and trace", async () => {
    await page.getByRole("link", { name: "Invoke" }).click();
    const event = page.getByRole("textbox", { name: "Event" });
    const sample = page.getByLabel("Sample", { exact: true });
    await sample.selectOption({ label: "SQS" });
    assert.match(await event.inputValue(), /"eventSource": "aws:sqs"/);
    // The function's own events.
    await sample.selectOption({ label: "Schedule nightly, rate(1 day)" });
    assert.deepEqual(JSON.parse(await event.inputValue()), { source: "aws.events" });
    await event.fill('{"sku": ');
    await event.press("Control+Enter");
    await page.getByText("The event is not JSON").waitFor();
    await event.fill('{"sku": "A-17"}');
    await event.press("Control+Enter");
    const answer = page.getByRole("region", { name: "Answer" });
    await answer.getByText("success, 120 ms, billed 121 ms, init 80 ms").waitFor();
    await answer.locator(".waterfall").getByText("the order has no customer", { exact: true }).waitFor();
    assert.match(await answer.locator("pre").first().innerText(), /<img src=x/);
    assert.deepEqual(invoked, [["shop", { sku: "A-17" }]]);
    assert.deepEqual(complaints, []);
    await page.getByLabel("Function", { exact: true }).selectOption("payments");
    await page.getByRole("button", { name: "Send" }).click();
    await answer.getByText("python3.13 does not run locally").waitFor();
  });

  it("shows lines that are HTML as they were written", async () => {
    await list("Log lines").getByText("<img src=x").click();
    assert.equal(await page.locator(".details pre").innerText(), hostile);
    assert.equal(await page.title(), "clickstack-lambda");
    assert.equal(await page.locator("img, #page script").count(), 0);
    assert.deepEqual(complaints, []);
  });

  /** Serves lists of this number of lines, of which `line 0` is the oldest. @returns the requests. */
  async function serveLines(count: () => number): Promise<string[]> {
    const begun: string[] = [];
    const row = (index: number) => ({
      ...{ time: Date.now() - index, service: "shop", severity: "info", body: `line ${count() - 1 - index}` },
      ...{ traceId: "", spanId: "", attributes: {}, resource: {} },
    });
    const [from, to] = [0, Date.now()];
    await page.clock.install();
    await page.route("**/api/histogram?**", (route) =>
      route.fulfill({ json: { rows: [{ step: 0, severity: "info", rows: count() }] } }),
    );
    await page.route("**/api/logs?**", (route) => {
      const { searchParams } = new URL(route.request().url());
      const offset = Number(searchParams.get("offset") ?? 0);
      if (!searchParams.has("offset")) begun.push(route.request().url());
      const rows = Array.from({ length: Math.min(200, count() - offset) }, (_, index) => row(offset + index));
      return route.fulfill({ json: { rows, from, to: to + begun.length } });
    });
    await page.reload();
    await list("Log lines")
      .getByText(`line ${count() - 1}`, { exact: true })
      .waitFor();
    await page.clock.runFor(200);
    await page.getByRole("img", { name: new RegExp(`^${count()} log lines`) }).waitFor();
    return begun;
  }
  const scroll = (end: "start" | "end") =>
    list("Log lines").evaluate((rows, to) => rows.scrollTo(0, to === "end" ? rows.scrollHeight : 0), end);
  /** Whether a line is visible, not only in the document. */
  const isInSight = (text: string) =>
    list("Log lines")
      .getByText(text, { exact: true })
      .evaluate((element) => {
        const [row, box] = [element, element.closest("ol")].map((one) => one?.getBoundingClientRect());
        return row !== undefined && box !== undefined && row.top >= box.top && row.bottom <= box.bottom;
      });

  it("keeps the rows that were scrolled to while new ones come", async () => {
    const begun = await serveLines(() => 1000);
    await scroll("end");
    await page.clock.runFor(200);
    await list("Log lines").getByText("line 0", { exact: true }).waitFor();
    const before = begun.length;
    await page.clock.runFor(10_000);
    assert.equal(begun.length, before);
    assert.equal(await list("Log lines").getByText("line 0", { exact: true }).count(), 1);
    await scroll("start");
    await list("Log lines").getByText("line 999", { exact: true }).waitFor();
    while (begun.length === before) await page.clock.runFor(1000);
  });

  it("has the newest line last where that is wanted, and follows it unless one scrolls away", async () => {
    let count = 1000;
    await serveLines(() => count);
    await page.getByLabel("Newest last").focus();
    await page.keyboard.press("Space");
    await page.waitForURL(/#\/logs\?newest=last$/);
    await page.reload();
    await list("Log lines").getByText("line 999", { exact: true }).waitFor();
    await page.clock.runFor(200);
    await page.getByRole("img", { name: /^1000 log lines/ }).waitFor();
    assert.ok(await isInSight("line 999"));
    assert.ok(await isInSight("line 990"));
    const last = list("Log lines").getByRole("listitem").last();
    assert.equal(await last.getAttribute("aria-posinset"), "1000");
    count = 1003;
    await page.clock.runFor(2500);
    await page.getByRole("img", { name: /^1003 log lines/ }).waitFor();
    await list("Log lines").getByText("line 1002", { exact: true }).waitFor();
    assert.ok(await isInSight("line 1002"));
    await scroll("start");
    await page.clock.runFor(200);
    await list("Log lines").getByText("line 0", { exact: true }).waitFor();
    // Tab reaches the selected row, which is not visible.
    assert.equal(await list("Log lines").locator("[tabindex='0']").count(), 1);
    count = 1010;
    await page.clock.runFor(5000);
    assert.ok(await isInSight("line 0"));
    await page.getByLabel("Newest last").uncheck();
    await list("Log lines").getByText("line 1009", { exact: true }).waitFor();
    assert.ok(await isInSight("line 1009"));
  });

  it("can be used by the keyboard alone", async () => {
    await list("Log lines").waitFor();
    await page.getByLabel("Newest last").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: "Details" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("complementary", { name: "Details" }).waitFor({ state: "detached" });
    // Back at the row that was opened, from which the arrow keys continue.
    await list("Log lines").locator("[tabindex='0']:focus").waitFor();
    await page.goto(`${served.url}#/traces`);
    await list("Traces").getByRole("button").first().focus();
    await page.keyboard.press("Enter");
    await page.locator(".waterfall").waitFor();
    await page.keyboard.press("Escape");
    await list("Traces").locator("[tabindex='0']:focus").waitFor();
  });

  it("draws when each span ran on a narrow screen, too", async () => {
    await page.setViewportSize({ width: 390, height: 780 });
    await page.goto(`${served.url}#/traces/${trace}`);
    const bar = page.getByRole("button", { name: /^charge/ }).locator(".bar");
    await bar.waitFor();
    const box = await bar.boundingBox();
    assert.ok(box !== null && box.height >= 8 && box.x >= 0 && box.x + box.width <= 390, JSON.stringify(box));
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
  });

  it("has nothing that axe finds serious, in both colour schemes", async () => {
    for (const scheme of ["light", "dark"] as const)
      for (const hash of ["#/logs", "#/invocations", "#/invoke", `#/traces/${trace}`]) {
        await open(scheme, hash);
        await page.locator(shownBy(hash)).waitFor();
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run(),
        );
        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        assert.deepEqual(
          serious.map(({ id, nodes }) => `${scheme} ${hash} ${id}: ${nodes[0]?.html}`),
          [],
        );
      }
  });

  it("keeps what it shows when the connection is lost, and says so", async () => {
    await list("Log lines").waitFor();
    await page.route("**/api/**", (route) => route.abort());
    await page.getByText("The connection is lost").first().waitFor();
    assert.ok((await list("Log lines").getByRole("button").count()) > 0);
  });

  it("says that ClickHouse does not answer", async () => {
    const failing = await servePage({
      source: { query: () => Promise.reject(new Error("connect ECONNREFUSED 127.0.0.1:8123")) },
      directory,
    });
    await page.goto(failing.url);
    await page.locator(".failed").waitFor();
    assert.match(await state(), /ClickHouse did not answer: connect ECONNREFUSED/);
    await failing.close();
  });
});
