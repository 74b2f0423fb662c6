import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { functionsWithRows, readArrivals } from "../../../cli/clickhouse/arrivals";
import { openClickHouse } from "../../../cli/clickhouse/connection";
import { followLines } from "../../../cli/clickhouse/follow";
import type { EmbeddedClickHouse } from "../../../sandbox/clickhouse";
import { buildPage } from "../../../web/build";
import { answerOf } from "../../../web/routes";
import { runCli } from "../../component/cli/cliRun";
import { startInReusedProcess } from "../reusedClickHouse";

const key = "key-made-for-this-test";
const traceId = "5759e988bd862e3fe1be46a994272793";

/** A row of `otel_logs`. */
function logRow(ago: number, name: string, SeverityText: string, SeverityNumber: number, Body: string) {
  return {
    Timestamp: new Date(Date.now() - ago).toISOString().replace("T", " ").replace("Z", ""),
    ServiceName: name,
    SeverityText,
    SeverityNumber,
    Body,
    ResourceAttributes: { "faas.name": name },
    LogAttributes: { "faas.invocation_id": "r-1" },
    TraceId: name === "late" ? "" : traceId,
    SpanId: "00000000000000a1",
  };
}

describe("the command line with ClickHouse", () => {
  let clickhouse: EmbeddedClickHouse;

  const insert = async (table: string, rows: readonly object[]) => {
    const response = await fetch(
      `${clickhouse.httpUrl}/?query=${encodeURIComponent(`INSERT INTO ${table} FORMAT JSONEachRow`)}`,
      {
        method: "POST",
        headers: { "x-clickhouse-user": "default", "x-clickhouse-key": key },
        body: rows.map((row) => JSON.stringify(row)).join("\n"),
      },
    );
    assert.equal(response.status, 200, await response.text());
  };
  const command = async (sql: string) => {
    const headers = { "x-clickhouse-user": "default", "x-clickhouse-key": key };
    const response = await fetch(clickhouse.httpUrl, { method: "POST", headers, body: sql });
    assert.equal(response.status, 200, await response.text());
  };
  const cli = (args: string[], more: { isTTY?: boolean; environment?: Record<string, string> } = {}) =>
    runCli(args, {
      ...more,
      environment: { CLICKHOUSE_URL: clickhouse.httpUrl, CLICKHOUSE_PASSWORD: key, ...more.environment },
    });

  before(async () => {
    clickhouse = await startInReusedProcess({ ingestionKey: key });
    await insert("otel_logs", [
      logRow(7_200_000, "orders", "info", 9, "too old"),
      logRow(3000, "orders", "info", 9, "order 17 came in"),
      logRow(2000, "orders", "error", 17, "TypeError: no customer"),
      logRow(2000, "orders", "error", 17, "TypeError: no customer"),
      logRow(1000, "orders_2", "warn", 13, "slow"),
    ]);
    await insert("otel_traces", [
      {
        ...{ Timestamp: new Date(Date.now() - 3500).toISOString().replace("T", " ").replace("Z", "") },
        ...{ TraceId: traceId, SpanId: "00000000000000a1", SpanName: "invoke orders", SpanKind: "Server" },
        ...{ ServiceName: "orders", StatusCode: "Error", StatusMessage: "no customer", Duration: 2e9 },
        ResourceAttributes: { "faas.name": "orders" },
      },
    ]);
  });
  after(() => clickhouse?.stop());

  it("shows lines since a moment by function and level, with colours only on a terminal", async () => {
    const lines = (out: string) =>
      out
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/^\S+Z /, ""));
    const all = await cli(["tail", "orders"]);
    const errors = ["ERROR orders  TypeError: no customer", "ERROR orders  TypeError: no customer"];
    assert.deepEqual([all.code, lines(all.out)], [0, ["INFO  orders  order 17 came in", ...errors]]);
    assert.equal(lines((await cli(["tail", "orders*", "--since", "3h"])).out).length, 5);
    assert.deepEqual(lines((await cli(["tail", "orders", "--level", "error"])).out), errors);
    assert.ok((await cli(["tail", "orders"], { isTTY: true })).out.includes("\u001b[31mERROR orders"));
    const [first] = (await cli(["tail", "--json"])).out.split("\n");
    assert.deepEqual(
      { ...JSON.parse(first ?? ""), time: "" },
      {
        ...{ time: "", service: "orders", function: "orders", severity: "info", severityNumber: 9 },
        ...{ body: "order 17 came in", traceId, invocationId: "r-1" },
      },
    );
    const none = await cli(["tail", "missing", "--since", "1m"]);
    assert.deepEqual([none.code, none.out, none.err], [5, "", "no lines in the last 1m\n"]);
  });

  it("reads as the read-only user", async () => {
    const { user, password } = clickhouse.reader;
    const environment = { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password };
    const lines = await cli(["tail", "orders", "--level", "error"], { environment });
    assert.deepEqual([lines.code, lines.out.split("\n").length], [0, 3]);
    const tree = await cli(["trace", traceId], { environment });
    assert.equal(tree.code, 0, tree.err);
    assert.match(tree.out, /invoke orders/);
  });

  it("serves the page until it is interrupted", async () => {
    const root = join(__dirname, "..", "..", "..");
    await buildPage(root);
    const child = spawn(process.execPath, ["--import", "tsx", "cli/main.ts", "page"], {
      cwd: root,
      env: {
        ...process.env,
        ...{ CLICKHOUSE_URL: clickhouse.httpUrl, CLICKHOUSE_USER: clickhouse.reader.user },
        CLICKHOUSE_PASSWORD: clickhouse.reader.password,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [written] = await once(child.stdout, "data");
      const url = new URL(String(written).trim());
      assert.match(await (await fetch(url)).text(), /<div id="page">/);
      const logs = await fetch(new URL(`/api/logs?filter=customer${url.search.replace("?", "&")}`, url));
      const { rows, total } = (await logs.json()) as { rows: { body: string }[]; total?: number };
      assert.deepEqual(
        rows.map(({ body }) => body),
        ["TypeError: no customer", "TypeError: no customer"],
        String(total),
      );
      child.kill("SIGINT");
      assert.deepEqual(await once(child, "exit"), [0, null]);
    } finally {
      child.kill("SIGKILL");
    }
    const refused = await cli(["page"], { environment: { CLICKHOUSE_PASSWORD: "another" } });
    assert.equal(refused.code, 1);
    assert.match(refused.err, /refused the user "default": set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD/);
  });

  it("follows lines, each once: those that were written before others arrived, and the same one twice", async () => {
    const place = { url: clickhouse.httpUrl, user: "default", password: key, database: "default" };
    const reader = await openClickHouse(place);
    const later = [
      [logRow(30_000, "late", "info", 9, "b")],
      [logRow(60_000, "late", "info", 9, "a"), logRow(1, "late", "info", 9, "c")],
    ];
    const same = logRow(10_000, "late", "info", 9, "same");
    await insert("otel_logs", [same]);
    const next = async () => {
      const rows = later.shift();
      if (rows !== undefined) await insert("otel_logs", [...rows, same]);
      return rows !== undefined;
    };
    const selection = { names: ["late"], since: Date.now() - 120_000, severityNumber: 0 };
    const bodies: string[] = [];
    for await (const line of followLines(reader, selection, { now: Date.now, next })) bodies.push(line.body);
    await reader.close();
    assert.deepEqual(bodies, ["same", "b", "same", "a", "same", "c"]);
  });

  it("shows a trace as a tree, with its address in HyperDX", async () => {
    const { code, out, err } = await cli(["trace", "last", "orders", "--hyperdx", "http://localhost:8080"]);
    assert.equal(code, 0);
    assert.match(
      out,
      /^trace 5759e988bd862e3fe1be46a994272793 {2}1 service, 1 span, 4 lines\n✖ invoke orders orders/,
    );
    assert.match(out, /\n├─ ERROR TypeError: no customer\n/);
    assert.match(
      err,
      /^\nhttp:\/\/localhost:8080\/trace\/5759e988bd862e3fe1be46a994272793\?source=Traces&from=\d+&to=\d+\n$/,
    );
    assert.equal((await cli(["trace", traceId.toUpperCase()])).out, out);
    assert.equal((await cli(["trace", "last", "missing"])).code, 5);
    assert.equal((await cli(["trace", "17"])).code, 2);
  });

  it("reads tables with JSON as those with maps, for `verify` and the page too", async () => {
    await command("CREATE DATABASE js");
    for (const table of ["otel_logs", "otel_traces"]) {
      const columns = await clickhouse.query<{ name: string; type: string }>(
        `SELECT name, type FROM system.columns WHERE database = 'default' AND table = '${table}' AND default_kind = ''`,
      );
      const json = columns.map(
        ({ name, type }) => `\`${name}\` ${type.replace(/Map\([^)]*\)[^)]*\)/, "JSON")}`,
      );
      await command(`CREATE TABLE js.${table} (${json}) ENGINE = MergeTree ORDER BY tuple()`);
      const casts = columns.map(({ name, type }) =>
        type.startsWith("Map")
          ? `toJSONString(${name})::JSON`
          : type.startsWith("Array(Map")
            ? "[]"
            : `\`${name}\``,
      );
      await command(`INSERT INTO js.${table} SELECT ${casts} FROM default.${table}`);
    }
    const read = async (database: string) => {
      const reader = await openClickHouse({
        url: clickhouse.httpUrl,
        user: "default",
        password: key,
        database,
      });
      const selection = { name: "orders", region: "us-east-2", since: Date.now() - 3_600_000 };
      const api = (path: string, query: Record<string, string> = {}) =>
        answerOf(path, new URLSearchParams(query), now, (statement) => reader.rows(statement));
      try {
        return {
          types: await reader.rows({
            sql: "SELECT DISTINCT toTypeName(LogAttributes) AS type FROM otel_logs",
            parameters: {},
          }),
          tail: (await cli(["tail", "orders*", "--json"], { environment: { CLICKHOUSE_DATABASE: database } }))
            .out,
          trace: (await cli(["trace", "last", "orders"], { environment: { CLICKHOUSE_DATABASE: database } }))
            .out,
          verify: await readArrivals(reader, { ...selection, requestId: "r-1" }),
          functions: await functionsWithRows(reader, selection.since),
          logs: await api("/api/logs", {
            filter: 'ResourceAttributes.faas.name:"orders" AND invocation:"r-1"',
          }),
          tree: await api("/api/trace", { id: traceId }),
        };
      } finally {
        await reader.close();
      }
    };
    const now = Date.now();
    const [{ types: ofMaps, ...maps }, { types: ofJson, ...json }] = [
      await read("default"),
      await read("js"),
    ];
    assert.match(JSON.stringify([ofMaps, ofJson]), /Map\(.*"JSON"/);
    assert.deepEqual(json, maps);
    assert.ok(maps.verify.logs > 0 && maps.functions.size > 0);
    const { rows } = json.logs as { rows: { attributes: object }[] };
    assert.deepEqual(rows[0]?.attributes, { "faas.invocation_id": "r-1" });
  });

  it("reports errors of ClickHouse, but never the password", async () => {
    const unused = "http://127.0.0.1:1";
    const cases: [string[], Record<string, string>, number, RegExp][] = [
      [[], { CLICKHOUSE_PASSWORD: "hush-1234" }, 1, /refused the user "default": set CLICKHOUSE_USER/],
      [["--clickhouse", unused], {}, 1, /could not be reached \(ECONNREFUSED\): check --clickhouse/],
      [["--clickhouse-database", "nowhere"], {}, 1, /"nowhere" of .* does not have ClickStack's tables/],
      [[], { CLICKHOUSE_URL: "" }, 2, /--clickhouse is missing/],
      [["--clickhouse", "hush-1234"], {}, 2, /must be an http or https URL/],
      [["--since", "soon"], {}, 2, /--since: must be a duration such as/],
      [["--level", "loud"], {}, 2, /--level: must be one of: trace, debug/],
    ];
    for (const [args, environment, code, message] of cases) {
      const run = await cli(["tail", ...args], { environment });
      assert.deepEqual([run.code, run.out], [code, ""], run.err);
      assert.match(run.err, message);
      assert.ok(!run.err.includes("hush-1234"), run.err);
      assert.ok(!run.err.includes(key), run.err);
    }
    const inUrl = clickhouse.httpUrl.replace("://", `://default:${key}@`);
    const { code } = await cli(["tail", "--clickhouse", inUrl], { environment: { CLICKHOUSE_PASSWORD: "" } });
    assert.equal(code, 0);
  });
});
