import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { EmbeddedClickHouse } from "../../../sandbox/clickhouse";
import { countLogs, countSpans, readLogs, readSpans } from "../../../sandbox/clickhouse/telemetry";
import {
  encodeRequest,
  logsRequest,
  metricsRequest,
  SPAN_ID,
  spansRequest,
  TRACE_ID,
  text,
} from "../../unit/sandbox/clickhouse/otlp/otlpSamples";
import { startInReusedProcess } from "../reusedClickHouse";

const KEY = "ingestion-key";
const PROTOBUF = "application/x-protobuf";
const now = BigInt(Date.now()) * 1_000_000n + 123n;

describe("OTLP intake of the embedded ClickHouse", () => {
  let clickhouse: EmbeddedClickHouse;

  before(async () => {
    clickhouse = await startInReusedProcess({ ingestionKey: KEY });
  });
  after(() => clickhouse?.stop());
  afterEach(async () => {
    await clickhouse.setFault();
    const tables = "SELECT name FROM system.tables WHERE database = 'default' AND engine LIKE '%MergeTree'";
    for (const { name } of await clickhouse.query<{ name: string }>(tables))
      await command(`TRUNCATE TABLE ${name}`);
  });

  async function command(sql: string): Promise<void> {
    const headers = { "X-ClickHouse-User": "default", "X-ClickHouse-Key": KEY };
    const response = await fetch(clickhouse.httpUrl, { method: "POST", headers, body: sql });
    assert.equal(response.status, 200, await response.text());
  }

  function post(
    path: string,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${clickhouse.otlpUrl}${path}`, {
      method: "POST",
      headers: { authorization: KEY, "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : Uint8Array.from(body),
    });
  }
  const record = (line: string, more: Record<string, unknown> = {}) => ({
    timeUnixNano: String(now),
    body: { stringValue: line },
    ...more,
  });

  it("counts the values of columns in a quarter of an hour, for HyperDX to offer as filters", async () => {
    await post("/v1/logs", JSON.stringify(logsRequest([record("a"), record("b")])));
    await post("/v1/traces", JSON.stringify(spansRequest(now)));
    const counted = (table: string) =>
      clickhouse.query(
        `SELECT Key, Value, sum(count) AS rows FROM ${table} WHERE Key IN ('ServiceName', '__hdx_materialized_k8s.pod.name', 'SpanKind')
         GROUP BY ALL ORDER BY Key, Value`,
      );
    assert.deepEqual(await counted("otel_logs_kv_rollup_15m"), [
      { Key: "ServiceName", Value: "orders", rows: 2 },
      { Key: "__hdx_materialized_k8s.pod.name", Value: "pod-1", rows: 2 },
    ]);
    assert.deepEqual(await counted("otel_traces_kv_rollup_15m"), [
      { Key: "ServiceName", Value: "orders", rows: 2 },
      { Key: "SpanKind", Value: "Server", rows: 1 },
      { Key: "SpanKind", Value: "Unspecified", rows: 1 },
    ]);
  });

  it("stores logs before it answers, by JSON and by protobuf with gzip", async () => {
    const ids = { traceId: TRACE_ID, spanId: SPAN_ID, attributes: [text("faas.invocation_id", "request-1")] };
    const request = logsRequest([record('{"level":"warn","a":{"b":1}}', ids)]);
    const first = await post("/v1/logs", JSON.stringify(request));
    assert.deepEqual([first.status, await first.text()], [200, '{"partialSuccess":{}}']);
    const [byJson, ...others] = await readLogs(clickhouse, { service: "orders", invocationId: "request-1" });
    assert.equal(others.length, 0);
    const millis = new Date(Number(now / 1_000_000n)).toISOString().replace("T", " ").replace("Z", "");
    assert.deepEqual(byJson, {
      time: `${millis}000123`,
      service: "orders",
      severity: "warn",
      body: '{"level":"warn","a":{"b":1}}',
      invocationId: "request-1",
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      attributes: { "faas.invocation_id": "request-1", level: "warn", "a.b": "1" },
      resource: { "service.name": "orders", "k8s.pod.name": "pod-1" },
    });

    const headers = { "content-type": PROTOBUF, "content-encoding": "gzip" };
    const second = await post("/v1/logs", gzipSync(encodeRequest("logs", request)), headers);
    assert.equal(second.headers.get("content-type"), PROTOBUF);
    assert.deepEqual([...new Uint8Array(await second.arrayBuffer())], [0x0a, 0x00]);
    assert.deepEqual(await readLogs(clickhouse), [byJson, byJson]);
    assert.deepEqual(await countLogs(clickhouse), [{ service: "orders", count: 2 }]);
    const [computed] = await clickhouse.query<Record<string, unknown>>(
      "SELECT `__hdx_materialized_k8s.pod.name` AS pod, LogAttributeItems AS items FROM otel_logs LIMIT 1",
    );
    assert.deepEqual(computed, {
      pod: "pod-1",
      items: ["faas.invocation_id=request-1", "level=warn", "a.b=1"],
    });
  });

  it("stores spans with events and links", async () => {
    const response = await post("/v1/traces", encodeRequest("traces", spansRequest(now)), {
      "content-type": PROTOBUF,
    });
    assert.equal(response.status, 200);
    const [span, ...others] = await readSpans(clickhouse, { invocationId: "request-1" });
    assert.equal(others.length, 0);
    assert.deepEqual(
      [span?.name, span?.kind, span?.status, span?.durationMs, span?.spanId, span?.parentSpanId],
      ["invoke", "Server", "Error", 1.5, SPAN_ID, ""],
    );
    assert.deepEqual(await countSpans(clickhouse), [{ service: "orders", count: 2 }]);
    const [row] = await clickhouse.query<Record<string, unknown>>(
      "SELECT Events.Name AS events, Events.Attributes AS details, Links.TraceId AS links, SampleRate AS rate FROM otel_traces WHERE SpanKind = 'Server'",
    );
    assert.deepEqual(row, {
      events: ["exception"],
      details: [{ "exception.type": "Error" }],
      links: [TRACE_ID],
      rate: 4,
    });
  });

  it("stores metrics of every kind", async () => {
    const request = metricsRequest(now);
    const bodies = [
      [JSON.stringify(request), "application/json; charset=utf-8"],
      [encodeRequest("metrics", request), PROTOBUF],
    ] as const;
    for (const [body, contentType] of bodies) {
      const response = await post("/v1/metrics", body, { "content-type": contentType });
      assert.equal(response.status, 200, await response.text());
    }
    const tables: [string, number, string][] = [
      ["gauge", 1, "Value = 1.5"],
      ["sum", 2, "Exemplars.Value = [5] AND IsMonotonic OR Value = -2"],
      ["histogram", 1, "BucketCounts = [1, 2] AND Max = 4 AND AggregationTemporality = 2"],
      ["exponential_histogram", 1, "Scale = -1 AND PositiveOffset = 2 AND NegativeBucketCounts = []"],
      ["summary", 1, "ValueAtQuantiles.Quantile = [0.5] AND Count = 2"],
    ];
    for (const [kind, points, condition] of tables) {
      const [row] = await clickhouse.query<{ count: number; right: number }>(
        `SELECT count() AS count, countIf(${condition} AND toUnixTimestamp(TimeUnix) = {seconds:UInt32}) AS right
        FROM otel_metrics_${kind} WHERE ServiceName = 'orders'`.replace(condition, `(${condition})`),
        { seconds: Number(now / 1_000_000_000n) },
      );
      assert.deepEqual(row, { count: 2 * points, right: 2 * points }, kind);
    }
  });

  it("expects the bare ingestion key", async () => {
    const body = JSON.stringify(logsRequest([record("x")]));
    for (const authorization of ["", "wrong", `Bearer ${KEY}`, `${KEY}x`]) {
      const response = await post("/v1/logs", body, { authorization });
      assert.equal(response.status, 401, authorization);
      const status = (await response.json()) as { code: number; message: string };
      assert.equal(status.code, 16);
      assert.ok(!status.message.includes("wrong"), "the answer must not repeat the key");
    }
    const response = await post("/v1/logs", encodeRequest("logs", {}), {
      "content-type": PROTOBUF,
      authorization: "",
    });
    assert.equal(response.status, 401);
    assert.equal((await response.arrayBuffer()).byteLength > 2, true);
    assert.deepEqual(await countLogs(clickhouse), []);
  });

  it("refuses what the collector refuses", async () => {
    const good = JSON.stringify(logsRequest([record("x")]));
    const statuses = [
      await post("/v1/logs", good, { "content-type": "text/plain" }),
      await post("/v1/logs", "nonsense"),
      await post("/v1/logs", Buffer.from([0x0a, 0x7f]), { "content-type": PROTOBUF }),
      await post("/v1/logs", good, { "content-encoding": "gzip" }),
      await post("/v1/logs", good, { "content-encoding": "snappy" }),
      await post("/v1/other", good),
      await fetch(`${clickhouse.otlpUrl}/v1/logs`, { headers: { authorization: KEY } }),
      await post("/v1/logs", Buffer.alloc(21 * 1024 * 1024, " ")),
      await post("/v1/logs", gzipSync(Buffer.alloc(21 * 1024 * 1024, " ")), { "content-encoding": "gzip" }),
    ].map(({ status }) => status);
    assert.deepEqual(statuses, [415, 400, 400, 400, 400, 404, 405, 400, 400]);
    assert.deepEqual(await countLogs(clickhouse), []);
  });

  it("accepts a request without records, and one of 10,000", async () => {
    assert.equal((await post("/v1/logs", "{}")).status, 200);
    const records = Array.from({ length: 10_000 }, (_, i) => record(`line ${i} with an é and {"n":${i}}`));
    const response = await post("/v1/logs", encodeRequest("logs", logsRequest(records)), {
      "content-type": PROTOBUF,
    });
    assert.equal(response.status, 200);
    const [row] = await clickhouse.query(
      "SELECT count() AS count, uniq(Body) AS bodies, sum(toUInt32(LogAttributes['n'])) AS sum FROM otel_logs",
    );
    assert.deepEqual(row, { count: 10_000, bodies: 10_000, sum: 49_995_000 });
  });

  it("accepts simultaneous requests and counts them", async () => {
    const before = await clickhouse.stats();
    const send = (i: number) =>
      post("/v1/logs", JSON.stringify(logsRequest([record(`a ${i}`), record(`b ${i}`)])));
    const responses = await Promise.all(Array.from({ length: 50 }, (_, i) => send(i)));
    assert.ok(responses.every(({ status }) => status === 200));
    assert.equal((await post("/v1/traces", "nonsense")).status, 400);
    assert.deepEqual(await countLogs(clickhouse), [{ service: "orders", count: 100 }]);
    const { logs, traces } = await clickhouse.stats();
    assert.deepEqual([logs.requests - before.logs.requests, logs.records - before.logs.records], [50, 100]);
    assert.equal(traces.refused - before.traces.refused, 1);
  });

  it("stores text that JSON can hold and UTF-8 can't", async () => {
    const body = JSON.stringify(logsRequest([record("half \ud83d and 😀 \u0000")]));
    assert.equal((await post("/v1/logs", body)).status, 200);
    assert.deepEqual(
      (await readLogs(clickhouse)).map((log) => log.body),
      ["half \ufffd and 😀 \u0000"],
    );
  });

  it("fails as requested", async () => {
    const body = JSON.stringify(logsRequest([record("x")]));
    await clickhouse.setFault({ status: 503, retryAfterSeconds: 2, requests: 1, signals: ["logs"] });
    const refused = await post("/v1/logs", body);
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "2"]);
    assert.equal(((await refused.json()) as { code: number }).code, 14);
    assert.equal((await post("/v1/logs", body)).status, 200);

    await clickhouse.setFault({ drop: true });
    await assert.rejects(post("/v1/logs", body), TypeError);
    await clickhouse.setFault({ delayMs: 200 });
    const start = performance.now();
    assert.equal((await post("/v1/logs", body)).status, 200);
    assert.ok(performance.now() - start >= 195);
    await clickhouse.setFault({ status: 429 });
    assert.equal((await post("/v1/logs", body)).status, 429);
    await clickhouse.setFault();
    assert.deepEqual(await countLogs(clickhouse), [{ service: "orders", count: 2 }]);
  });
});
