import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { createClient } from "@clickhouse/client";
import Table from "cli-table3";
import { type Browser, chromium, type Page } from "playwright-core";
import { type EmbeddedClickHouse, startClickHouse } from "../sandbox/clickhouse";
import { buildPage } from "../web/build";
import { servePage } from "../web/server";
import { median } from "./faultFigures";

const root = join(__dirname, "..");
const rows = 100_000;
const key = "made-for-this-bench";

const help = `npm run bench:web [-- options]
Measures the page over ${rows.toLocaleString("en")} log lines in headless Chromium.

  --runs N   how often (default 5); medians are printed
  --json     end with one JSON object
  --help     this text`;

/** What is measured, with its budget. Times in milliseconds. */
const budgets = { bundleGzipBytes: 150_000, firstPaintMs: 300, filterMs: 150, longestTaskMs: 50 } as const;
type Figures = Record<keyof typeof budgets, number>;

async function storeLines(clickhouse: EmbeddedClickHouse): Promise<void> {
  const client = createClient({ url: clickhouse.httpUrl, username: "default", password: key });
  await client.command({
    query: `INSERT INTO otel_logs (Timestamp, TraceId, SpanId, SeverityText, ServiceName, Body, ResourceAttributes, LogAttributes)
      SELECT now64(9) - toIntervalMillisecond(number * 30), lower(hex(MD5(toString(intDiv(number, 7))))), '', if(number % 31 = 0, 'error', 'info'),
        concat('orders-', toString(number % 3)), concat('order ', toString(number), ' was placed, with as many words as a line has'),
        map('faas.name', 'orders', 'cloud.region', 'eu-central-1'), map('faas.invocation_id', toString(intDiv(number, 7)))
      FROM numbers(${rows})`,
  });
  await client.close();
}

/** What the page itself has recorded, in milliseconds since the navigation began. */
interface Noted {
  /** When the frame was drawn that first had a row. */
  rowsAt?: number;
  /** When Enter was pressed last. */
  enterAt?: number;
  /** When the frame was drawn that showed that there are no matches. */
  answeredAt?: number;
}

/**
 * Runs in the page before its own scripts: records when the awaited content is visible. The driver's round trips to the
 * browser, tens of milliseconds on two cores, are not included.
 */
function note(): void {
  const { document, requestAnimationFrame: frame } = globalThis as unknown as {
    document: {
      querySelector(selector: string): object | null;
      addEventListener(type: string, listener: (event: { key: string }) => void, capture: boolean): void;
    };
    requestAnimationFrame(callback: () => void): void;
  };
  const noted: Noted = {};
  Object.assign(globalThis, { noted });
  const mark = (name: "rowsAt" | "answeredAt") => {
    noted[name] = Number.POSITIVE_INFINITY; // seen, and still to be drawn
    frame(() => setTimeout(() => Object.assign(noted, { [name]: performance.now() })));
  };
  document.addEventListener(
    "keydown",
    ({ key }) => {
      if (key !== "Enter") return;
      noted.enterAt = performance.now();
      delete noted.answeredAt;
    },
    true,
  );
  const look = () => {
    if (noted.rowsAt === undefined && document.querySelector(".rows button")) mark("rowsAt");
    if (noted.answeredAt === undefined && document.querySelector(".state.empty")) mark("answeredAt");
  };
  const { MutationObserver: Observer } = globalThis as unknown as {
    MutationObserver: new (callback: () => void) => { observe(target: unknown, options: object): void };
  };
  new Observer(look).observe(document, { childList: true, subtree: true, characterData: true });
}

/** Waits until the page has recorded something. */
async function when(page: Page, name: keyof Noted): Promise<Noted> {
  const read = (of: string) => {
    const { noted } = globalThis as unknown as { noted: Noted };
    return Number.isFinite(noted[of as keyof Noted]) ? noted : null;
  };
  // Polled from here: the page's policy forbids the code with which Playwright would wait inside the page.
  for (let round = 0; round < 1000; round += 1) {
    const noted = await page.evaluate(read, name);
    if (noted) return noted;
    await page.waitForTimeout(20);
  }
  throw new Error(`the page has no ${name} after 20 s`);
}

/** From the navigation until rows are drawn, of an answer to a filter, and of a scroll through all rows. */
async function measure(page: Page, url: string): Promise<Omit<Figures, "bundleGzipBytes">> {
  const drawn = (text: string) =>
    page.locator(".rows button", { hasText: text }).first().waitFor({ state: "attached" });
  // tsx names functions with a helper, which the page does not have.
  await page.addInitScript("globalThis.__name = (named) => named");
  await page.addInitScript(note);
  await page.goto("about:blank");
  await page.goto(url, { waitUntil: "commit" });
  await drawn("order 0 ");
  const { rowsAt = 0 } = await when(page, "rowsAt");
  const filter = page.getByRole("searchbox");
  await filter.fill("level:error order 99991");
  await filter.press("Enter");
  const { enterAt = 0, answeredAt = 0 } = await when(page, "answeredAt");
  await filter.fill("");
  await filter.press("Enter");
  await drawn("order 0 ");
  return {
    firstPaintMs: rowsAt,
    filterMs: answeredAt - enterAt,
    longestTaskMs: await page.evaluate(scrollThrough),
  };
}

/** Runs in the page: scrolls to the end in 200 steps, and returns the longest task during that (0: none over 50 ms). */
async function scrollThrough(): Promise<number> {
  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({ entryTypes: ["longtask"] });
  const { document, requestAnimationFrame: frame } = globalThis as unknown as {
    document: { querySelector(selector: string): { scrollTop: number; scrollHeight: number } };
    requestAnimationFrame(callback: () => void): void;
  };
  const box = document.querySelector(".rows");
  for (let step = 1; step <= 200; step += 1) {
    box.scrollTop = (box.scrollHeight * step) / 200;
    await new Promise<void>((next) => frame(next));
  }
  observer.disconnect();
  return longest;
}

async function measureAll(browser: Browser, runs: number): Promise<Figures> {
  const directory = mkdtempSync(join(tmpdir(), "bench-web-"));
  const clickhouse = await startClickHouse({ ingestionKey: key });
  const served = await servePage({ source: clickhouse.reader, directory: await buildPage(root, directory) });
  try {
    await storeLines(clickhouse);
    const measured: Omit<Figures, "bundleGzipBytes">[] = [];
    for (let run = 0; run < runs; run += 1) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
      measured.push(await measure(page, served.url));
      await page.close();
    }
    const of = (name: keyof Omit<Figures, "bundleGzipBytes">) =>
      median(measured.map((figures) => figures[name]));
    return {
      bundleGzipBytes: gzipSync(readFileSync(join(directory, "page.js"))).length,
      firstPaintMs: of("firstPaintMs"),
      filterMs: of("filterMs"),
      longestTaskMs: of("longestTaskMs"),
    };
  } finally {
    await served.close();
    await clickhouse.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: "string", default: "5" }, json: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) return console.log(help);
  const { findOnPath } = await import("../scripts/setup/onPath.mjs" as string);
  const { chromium: names } = await import("../scripts/setup/chromium.mjs" as string);
  const executablePath = findOnPath(names);
  if (executablePath === undefined)
    throw new Error("chromium is not on PATH (Debian: apt-get install chromium)");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const figures = await measureAll(browser, Number(values.runs)).finally(() => browser.close());
  const table = new Table({ head: ["median", "", "budget"] });
  for (const [name, budget] of Object.entries(budgets))
    table.push([name, Math.round(figures[name as keyof Figures]), `≤ ${budget}`]);
  console.log(values.json ? JSON.stringify(figures) : table.toString());
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
