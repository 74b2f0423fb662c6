import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dashboards } from "../../../clickstack/apply";
import { savedSearches } from "../../../clickstack/content/savedSearches";
import { ObservedSandbox } from "../extension/observedSandbox";
import { chartQuery } from "./tileQuery";

const source = `exports.handler = async ({ fail, wait }) => {
  console.log("a line");
  if (wait) await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (fail) {
    console.error(new TypeError("the order has no customer"));
    throw new RangeError("out of stock");
  }
};`;

/** Tiles of a metric that exists only after telemetry was lost. */
const nothingLost = "Telemetry lost";

describe("dashboards and searches over a function's telemetry", () => {
  let bench: ObservedSandbox;
  before(async () => {
    bench = await ObservedSandbox.open();
    const code = join(bench.directory, "function");
    mkdirSync(code);
    writeFileSync(join(code, "index.js"), source);
    const sandbox = await bench.start("shop", { code, timeoutSeconds: 1 });
    for (const event of [{}, { fail: true }, { wait: true }]) await sandbox.invoke(event);
    await sandbox.shutdown();
  });
  after(() => bench.close());

  it("every tile has rows", async () => {
    for (const { name: dashboard, tiles } of dashboards)
      for (const { name, chart } of tiles) {
        const rows = await bench.clickhouse.query(chartQuery(chart));
        assert.equal(rows.length > 0, name !== nothingLost, `${dashboard}, ${name}: ${chartQuery(chart)}`);
      }
  });

  it("every search has rows", async () => {
    for (const { name, ...search } of savedSearches) {
      const rows = await bench.clickhouse.query(chartQuery({ kind: "search", ...search }));
      assert.ok(rows.length > 0, name);
    }
  });

  it("counts are those of the invocations", async () => {
    const tile = dashboards.flatMap(({ tiles }) => tiles).find(({ id }) => id === "lambda-functions");
    assert.ok(tile);
    const [row, ...others] = await bench.clickhouse.query<Record<string, unknown>>(chartQuery(tile.chart));
    assert.deepEqual(others, []);
    const counts = ["invocations", "errors", "cold starts"].map((column) => Number(row?.[column]));
    assert.deepEqual([row?.ServiceName, ...counts], ["shop", 3, 2, 1]);
  });
});
