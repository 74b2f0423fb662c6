import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dashboards } from "../../../clickstack/apply";
import { alerts } from "../../../clickstack/content/alerts";
import type { Tile } from "../../../clickstack/content/tile";
import { importForm } from "../../../clickstack/forms/importForm";
import { hyperDxApp, hyperDxLinks } from "../../../clickstack/links";
import { dashboardFiles } from "../../../scripts/dashboardFiles";

interface Imported {
  tags: string[];
  tiles: { config: { select?: unknown; source: string; where: string } }[];
}

/** Cells that are covered by two tiles. */
function overlap(a: Tile, b: Tile): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe("dashboards of HyperDX", () => {
  it("are the files in the repository", () => {
    for (const [path, text] of Object.entries(dashboardFiles(join(__dirname, "../../.."))))
      assert.equal(readFileSync(path, "utf8"), text, `${path}: run npm run docs`);
  });

  for (const dashboard of dashboards)
    it(`"${dashboard.name}" fits HyperDX's grid, and its tiles can be told apart`, () => {
      const { tiles } = dashboard;
      for (const key of ["id", "name"] as const)
        assert.equal(new Set(tiles.map((tile) => tile[key])).size, tiles.length, key);
      for (const [i, tile] of tiles.entries()) {
        assert.ok(tile.x + tile.w <= 24 && tile.id.length <= 36, tile.name);
        for (const other of tiles.slice(i + 1))
          assert.ok(!overlap(tile, other), `${tile.name}, ${other.name}`);
      }
    });

  it("never mix types of metrics in a grouped tile, which HyperDX refuses", () => {
    for (const { name, chart } of dashboards.flatMap(({ tiles }) => tiles)) {
      if (chart.kind === "search" || chart.groupBy === undefined) continue;
      assert.ok(new Set(chart.series.map(({ metric }) => metric?.type)).size === 1, name);
    }
  });

  it("have a condition with each item when they are imported, without which HyperDX drops levels", () => {
    for (const dashboard of dashboards) {
      const { tiles, tags } = importForm(dashboard) as Imported;
      assert.deepEqual(tags, ["AWS Lambda"]);
      for (const { config } of tiles) {
        assert.ok(["Logs", "Traces", "Metrics"].includes(config.source));
        if (!Array.isArray(config.select)) continue;
        for (const item of config.select) assert.equal(typeof item.aggCondition, "string");
      }
    }
  });

  it("have the tiles that alerts watch, of kinds that HyperDX can watch", () => {
    for (const alert of alerts) {
      const board = dashboards.find(({ name }) => name === alert.dashboard);
      const tile = board?.tiles.find(({ name }) => name === alert.tile);
      assert.ok(tile && ["number", "line", "stacked_bar"].includes(tile.chart.kind), alert.name);
    }
  });
});

describe("links to HyperDX", () => {
  const links = hyperDxLinks("http://localhost:8080/");
  it("are of the app, whose address follows from that of the API", () => {
    assert.equal(hyperDxApp({ HYPERDX_URL: "http://localhost:8000/" }), "http://localhost:8080");
    assert.equal(
      hyperDxApp({ HYPERDX_URL: "https://hyperdx.example.com/api" }),
      "https://hyperdx.example.com",
    );
    assert.equal(hyperDxApp({ HYPERDX_APP_URL: "http://app", HYPERDX_URL: "http://api" }), "http://app");
    assert.equal(hyperDxApp({}), undefined);
  });

  const range = { from: 1000, to: 2000 };

  it("open a trace, an invocation, a function and the service map", () => {
    assert.equal(
      links.trace("ab12", range),
      "http://localhost:8080/trace/ab12?source=Traces&from=1000&to=2000",
    );
    const invocation = new URL(links.invocation("id-1", range));
    assert.equal(invocation.searchParams.get("where"), 'LogAttributes.faas.invocation_id:"id-1"');
    assert.equal(invocation.searchParams.get("isLive"), "false");
    const logs = new URL(links.functionLogs("orders"));
    assert.deepEqual(
      ["where", "whereLanguage", "from"].map((name) => logs.searchParams.get(name)),
      ['ResourceAttributes.faas.name:"orders"', "lucene", null],
    );
    assert.match(links.serviceMap(), /^http:\/\/localhost:8080\/service-map\?source=Traces/);
  });
});
