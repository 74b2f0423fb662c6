import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import type { AttributeType } from "../../../sandbox/clickhouse";
import {
  encodeRequest,
  logsRequest,
  metricsRequest,
  spansRequest,
} from "../../unit/sandbox/clickhouse/otlp/otlpSamples";
import { extensionLines, ingestionKey, ObservedSandbox } from "../extension/observedSandbox";
import { startInReusedProcess } from "../reusedClickHouse";
import { anyRecord, anySpan, oddMetrics, oddSpan } from "./anyTelemetry";
import { comparable, isOwn, type Row, sorted, TABLES } from "./storedRows";

/** Sends its event's telemetry as an SDK would, and writes lines. */
const source = `exports.handler = async ({ requests = [], lines = [], error }) => {
  for (const { signal, body } of requests) {
    const response = await fetch("http://127.0.0.1:4318/v1/" + signal, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: Buffer.from(body, "base64"),
    });
    if (response.status !== 200) throw new Error(signal + ": " + response.status + " " + (await response.text()));
  }
  for (const line of lines) console.log(line);
  if (error) throw new TypeError(error);
  return "done";
};`;

/** Lines for which the collector has rules. */
const lines = [
  "a plain line",
  "an error: it failed",
  'order placed {"sku":"A-17","n":1,"nested":{"list":[1,{"deep":true}]}}',
  JSON.stringify({ message: "typed", level: "warn", count: 3, ratio: 0.1, big: 1e21, none: null }),
  JSON.stringify({ message: 'in {"a":{"b":1}} it', a: { b: 2, c: [[1, 2], "x"] }, "a.b": 3, type: "mine" }),
  "ünïcödé 日本 \u{1f600}",
  "x".repeat(3000),
];

const now = BigInt(Date.now()) * 1_000_000n + 123n;
const seed = 20261123;

/** Requests with fixed ids and times, so that the rows can be compared exactly regardless of their path. */
function requests(): { signal: "logs" | "traces" | "metrics"; body: string }[] {
  const records = fc.sample(anyRecord(now), { numRuns: 200, seed });
  const spans = [...fc.sample(anySpan(now), { numRuns: 50, seed }), oddSpan(now)];
  const { resourceSpans } = spansRequest(now);
  const traces = { resourceSpans: [...resourceSpans, { scopeSpans: [{ spans }] }] };
  const encoded = {
    logs: encodeRequest("logs", logsRequest(records)),
    traces: encodeRequest("traces", traces),
    metrics: encodeRequest("metrics", metricsRequest(now)),
  };
  const more = encodeRequest("metrics", oddMetrics(now));
  return [
    { signal: "logs", body: encoded.logs.toString("base64") },
    { signal: "traces", body: encoded.traces.toString("base64") },
    { signal: "metrics", body: encoded.metrics.toString("base64") },
    { signal: "metrics", body: more.toString("base64") },
  ];
}

describe("direct export to ClickHouse", () => {
  let bench: ObservedSandbox;
  let code: string;

  async function open(options: { tls?: boolean; attributes?: AttributeType } = {}): Promise<void> {
    bench = await ObservedSandbox.open(options);
    code = join(bench.directory, "code");
    mkdirSync(code);
    writeFileSync(join(code, "index.js"), source);
  }
  afterEach(() => bench?.close());

  async function command(sql: string): Promise<void> {
    const headers = { "X-ClickHouse-User": "default", "X-ClickHouse-Key": ingestionKey };
    const response = await fetch(bench.clickhouse.httpUrl, { method: "POST", headers, body: sql });
    assert.equal(response.status, 200, await response.text());
  }

  const direct = (more: Record<string, string> = {}): Record<string, string> => ({
    ROTEL_EXPORTER: "clickhouse",
    ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT: bench.clickhouse.httpUrl,
    ROTEL_CLICKHOUSE_EXPORTER_USER: "default",
    ROTEL_CLICKHOUSE_EXPORTER_PASSWORD: `\${${bench.secretArn}}`,
    ROTEL_CLICKHOUSE_EXPORTER_DATABASE: "default",
    ...more,
  });

  /**
   * Returns every row of every table, and empties the tables.
   *
   * @param paths whether to also select the types of the values in JSON columns
   */
  async function takeRows(database = "default", paths = false): Promise<Map<string, Row[]>> {
    const tables = new Map<string, Row[]>();
    const settings = "output_format_json_quote_denormals = 1, output_format_json_quote_64bit_integers = 1";
    for (const table of TABLES) {
      const name = `${database}.${table}`;
      const more =
        paths && !table.startsWith("otel_metrics_")
          ? ", COLUMNS('^[A-Za-z]+Attributes$') APPLY(JSONAllPathsWithTypes)"
          : "";
      tables.set(
        table,
        await bench.clickhouse.query<Row>(`SELECT *${more} FROM ${name} SETTINGS ${settings}`),
      );
      await command(`TRUNCATE TABLE ${name}`);
    }
    return tables;
  }

  /** Runs the function: its own telemetry, an error, lines. */
  async function run(environment: Record<string, string>): Promise<void> {
    const sandbox = await bench.start("orders", { code, environment });
    const statuses = [
      await sandbox.invoke({ requests: requests(), lines }),
      await sandbox.invoke({ lines: lines.slice(0, 2), error: "no customer" }),
      await sandbox.invoke({ lines }),
    ].map(({ status }) => status);
    await sandbox.shutdown();
    assert.deepEqual(statuses, ["success", "error", "success"]);
    assert.deepEqual(extensionLines(sandbox), []);
  }

  /** Everything that the function sent and wrote has arrived; the extension's own telemetry is not considered. */
  function assertCounts(tables: Map<string, Row[]>): void {
    const count = (table: string, which: (row: Row) => boolean): number =>
      (tables.get(table) ?? []).filter(which).length;
    const sent = TABLES.map((table) => count(table, (row) => !isOwn(row)));
    assert.deepEqual(sent, [200, 53, 7, 3, 2, 2, 2]);
    const written = count(
      "otel_logs",
      (row) => isOwn(row) && JSON.stringify(row.LogAttributes).includes('"function"'),
    );
    assert.equal(written, 2 * lines.length + 3, "lines and the record of the error");
    assert.ok(count("otel_traces", isOwn) >= 3);
  }

  function assertEqualRows(expected: Map<string, Row[]>, actual: Map<string, Row[]>): void {
    for (const table of TABLES) {
      const wanted = sorted((expected.get(table) ?? []).flatMap(comparable));
      const found = sorted((actual.get(table) ?? []).flatMap(comparable));
      assert.equal(found.length, wanted.length, `rows of ${table}`);
      for (const [index, row] of wanted.entries()) assert.deepEqual(found[index], row, table);
    }
  }

  it("writes the rows that the collector writes for the same telemetry", async () => {
    await open();
    await run({});
    const collected = await takeRows();
    assertCounts(collected);

    await run(direct());
    assertEqualRows(collected, await takeRows());
    const plain = {
      ROTEL_CLICKHOUSE_EXPORTER_COMPRESSION: "none",
      ROTEL_CLICKHOUSE_EXPORTER_ASYNC_INSERT: "false",
    };
    await run(direct(plain));
    assertEqualRows(collected, await takeRows());
  });

  it("writes the rows that the collector writes into tables with JSON", async () => {
    await open({ attributes: "json" });
    const withTypes = (): Promise<Map<string, Row[]>> => takeRows("default", true);
    await run({});
    const collected = await withTypes();
    assertCounts(collected);

    await run(direct({ ROTEL_CLICKHOUSE_EXPORTER_NESTED_KV_MAX_DEPTH: "100" }));
    assertEqualRows(collected, await withTypes());
  });

  it("detects the tables' columns: JSON instead of Map, other precision, no EventName", async () => {
    await open();
    await command("CREATE DATABASE other");
    for (const table of TABLES) {
      const columns = await bench.clickhouse.query<{ name: string; type: string }>(
        `SELECT name, type FROM system.columns WHERE database = 'default' AND table = '${table}'
           AND default_kind = '' AND name != 'EventName'`,
      );
      const definitions = columns.map(({ name, type }) => `\`${name}\` ${otherType(type)}`);
      await command(`CREATE TABLE other.${table} (${definitions}) ENGINE = MergeTree ORDER BY tuple()`);
    }
    await run(direct({ ROTEL_CLICKHOUSE_EXPORTER_DATABASE: "other" }));
    const logs = await bench.clickhouse.query<Row>(
      `SELECT toTypeName(LogAttributes) AS type, LogAttributes.count AS count, LogAttributes.ratio AS ratio,
         toString(ResourceAttributes.service.name) AS service, toUnixTimestamp(Timestamp) AS time
       FROM other.otel_logs WHERE Body = 'typed'`,
    );
    assert.equal(logs.length, 2);
    for (const { type, count, ratio, service, time } of logs) {
      assert.deepEqual([type, String(count), ratio, service], ["JSON", "3", 0.1, "orders"]);
      assert.ok(Math.abs(Number(time) - Date.now() / 1000) < 600, String(time));
    }
    const [linked] = await bench.clickhouse.query<{ exemplars: number; types: string[] }>(
      `SELECT count() AS exemplars, groupUniqArray(toTypeName(Exemplars.FilteredAttributes)) AS types
       FROM other.otel_metrics_sum ARRAY JOIN Exemplars.TraceId AS traceId, Exemplars.SpanId AS spanId
       WHERE MetricName = 'aws.lambda.billed_duration'
         AND (traceId, spanId) IN (SELECT TraceId, SpanId FROM other.otel_traces WHERE SpanKind = 'Server')`,
    );
    assert.deepEqual([Number(linked?.exemplars), linked?.types], [3, ["Array(JSON)"]]);
    assertCounts(await takeRows("other"));
  });

  it("loses nothing and stores nothing twice when ClickHouse is gone for a while, over TLS", async () => {
    await open({ tls: true });
    copyFileSync(bench.clickhouse.caFile ?? "", join(code, "ca.pem"));
    const { directory, ports } = bench.clickhouse;
    const environment = direct({ ROTEL_OTLP_EXPORTER_TLS_CA_FILE: "/var/task/ca.pem" });
    const sandbox = await bench.start("patient", { code, environment });
    const numbered = (from: number): object => ({ lines: [0, 1, 2].map((i) => `line ${from + i}`) });
    await sandbox.invoke({ ...numbered(0), requests: requests().slice(2) });
    await bench.killClickHouse();
    await sandbox.invoke({ ...numbered(3), requests: requests().slice(2) });
    await sandbox.invoke(numbered(6));
    const again = await startInReusedProcess({ ingestionKey, directory, ports, tls: true });
    try {
      await sandbox.invoke(numbered(9));
      await sandbox.shutdown();
      const logs = await again.query<{ Body: string }>(
        "SELECT Body FROM otel_logs WHERE LogAttributes['type'] = 'function' ORDER BY Timestamp",
      );
      const bodies = logs.map(({ Body }) => Number(Body.replace("line ", ""))).sort((a, b) => a - b);
      assert.deepEqual(
        bodies,
        Array.from({ length: 12 }, (_, i) => i),
      );
      const [sums] = await again.query<{ count: number }>(
        "SELECT count() AS count FROM otel_metrics_sum WHERE MetricName IN ('s', 'odd')",
      );
      assert.equal(sums?.count, 6);
    } finally {
      await again.stop();
    }
  });

  const wrong = {
    "password: says once what to check": [
      { ROTEL_CLICKHOUSE_EXPORTER_PASSWORD: "not-the-password" },
      /Authentication failed.*check the key/,
    ],
    "database: says in ClickHouse's words what is missing": [
      { ROTEL_CLICKHOUSE_EXPORTER_DATABASE: "nowhere" },
      /nowhere.*these logs are dropped/,
    ],
    "scheme: says what is wrong with the endpoint": [
      { ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT: "tcp://127.0.0.1:9000" },
      /ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT is not usable: its scheme is neither http nor https/,
    ],
  } as const;
  for (const [title, [settings, expected]] of Object.entries(wrong)) {
    it(`with a wrong ${title}; the function answers`, async () => {
      await open();
      const sandbox = await bench.start("orders", { code, environment: direct(settings) });
      for (let i = 0; i < 3; i++) {
        const { status } = await sandbox.invoke({ lines });
        assert.equal(status, "success");
      }
      await sandbox.shutdown();
      const said = extensionLines(sandbox);
      assert.equal(said.filter((line) => expected.test(line)).length, 1, said.join("\n"));
      assert.ok(!said.join().includes("not-the-password"), said.join("\n"));
    });
  }
});

/** A column's type in the other schema. */
function otherType(type: string): string {
  return type
    .replace("Map(LowCardinality(String), String)", "JSON")
    .replace(/DateTime(?!64)/, "DateTime64(3)")
    .replace("DateTime64(9)", "DateTime64(6)")
    .replace("UInt8", "Int32");
}
