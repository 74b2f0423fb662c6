import assert from "node:assert/strict";
import type { AttributeType } from "../../../sandbox/clickhouse";
import { ingestionKey, ObservedSandbox, runtimes } from "./observedSandbox";

/** An invocation's report in the units of the metrics. */
interface Report {
  status: string;
  metrics: { billedDurationMs: number; maxMemoryUsedMB: number };
  spans: { name: string; durationMs: number }[];
}

interface Exemplar {
  traceId: string;
  spanId: string;
  time: number;
  value: number;
}

const otlp = { ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=${ingestionKey}` };

describe("Lambda's measurements of single invocations", () => {
  let bench: ObservedSandbox;
  afterEach(() => bench?.close());

  const exemplars = (kind: string, metric: string): Promise<Exemplar[]> =>
    bench.clickhouse.query<Exemplar>(
      `SELECT traceId, spanId, toUnixTimestamp(time) AS time, value FROM otel_metrics_${kind}
      ARRAY JOIN Exemplars.TraceId AS traceId, Exemplars.SpanId AS spanId, Exemplars.TimeUnix AS time, Exemplars.Value AS value
      WHERE MetricName = '${metric}' ORDER BY time, spanId`,
    );

  /** Runs three invocations, the second of which fails. @returns their reports. */
  async function run(
    attributes: AttributeType,
    environment: () => Record<string, string>,
  ): Promise<Report[]> {
    bench = await ObservedSandbox.open({ attributes });
    const sandbox = await bench.start("orders", { ...runtimes["Node.js 22"], environment: environment() });
    for (const event of [
      { scenario: "plain", lines: 1 },
      { scenario: "error" },
      { scenario: "plain", lines: 2 },
    ])
      await sandbox.invoke(event);
    await sandbox.shutdown();
    return sandbox.events
      .filter(({ type }) => type === "platform.report")
      .map(({ record }) => record as unknown as Report);
  }

  async function assertLinked(reports: Report[]): Promise<void> {
    assert.equal(reports.length, 3);
    const spans = await bench.clickhouse.query<{ traceId: string; spanId: string; failed: number }>(
      "SELECT TraceId AS traceId, SpanId AS spanId, StatusCode = 'Error' AS failed FROM otel_traces WHERE SpanKind = 'Server' ORDER BY Timestamp",
    );
    assert.deepEqual(
      spans.map(({ failed }) => Number(failed)),
      reports.map(({ status }) => (status === "success" ? 0 : 1)),
    );
    const overhead = ({ spans }: Report) =>
      spans.find(({ name }) => name === "extensionOverhead")?.durationMs ?? Number.NaN;
    for (const [kind, metric, value] of [
      ["sum", "aws.lambda.billed_duration", ({ metrics }: Report) => metrics.billedDurationMs / 1000],
      ["gauge", "faas.mem_usage", ({ metrics }: Report) => metrics.maxMemoryUsedMB * 1024 ** 2],
      ["histogram", "aws.lambda.extension_overhead", (report: Report) => overhead(report) / 1000],
    ] as const) {
      const stored = await exemplars(kind, metric);
      assert.equal(stored.length, reports.length, `${metric}: ${JSON.stringify(stored)}`);
      for (const [index, report] of reports.entries()) {
        const { traceId, spanId } = spans[index] ?? {};
        const its = stored.find((exemplar) => exemplar.spanId === spanId);
        assert.equal(its?.traceId, traceId, metric);
        assert.ok(Math.abs((its?.value ?? 0) - value(report)) < 1e-6, `${metric}: ${its?.value}`);
        assert.ok(Math.abs((its?.time ?? 0) - Date.now() / 1000) < 600, `${metric}: ${its?.time}`);
      }
    }
  }

  it("refer to the invoke spans of the extension", async () => {
    await assertLinked(await run("map", () => otlp));
  });

  it("refer to the handlers' spans of the tracing layer", async () => {
    const traced = { ...otlp, AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing" };
    await assertLinked(await run("map", () => traced));
  });

  for (const attributes of ["map", "json"] as const)
    it(`are written directly into ClickHouse, with attributes as ${attributes}`, async () => {
      const direct = () => ({
        ROTEL_EXPORTER: "clickhouse",
        ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT: bench.clickhouse.httpUrl,
        ROTEL_CLICKHOUSE_EXPORTER_USER: "default",
        ROTEL_CLICKHOUSE_EXPORTER_PASSWORD: ingestionKey,
        ROTEL_CLICKHOUSE_EXPORTER_DATABASE: "default",
      });
      await assertLinked(await run(attributes, direct));
    });

  it("do not exist for invocations whose spans are not sent", async () => {
    const unsampled = { ...otlp, CLICKSTACK_TRACE_RATIO: "0", CLICKSTACK_TRACE_KEEP: "error" };
    const reports = await run("map", () => unsampled);
    const failed = await bench.clickhouse.query<{ spanId: string }>(
      "SELECT SpanId AS spanId FROM otel_traces WHERE SpanKind = 'Server'",
    );
    assert.equal(failed.length, 1);
    const stored = await exemplars("sum", "aws.lambda.billed_duration");
    assert.deepEqual(
      stored.map(({ spanId }) => spanId),
      failed.map(({ spanId }) => spanId),
    );
    const [sum] = await bench.clickhouse.query<{ billed: number }>(
      "SELECT sum(Value) AS billed FROM otel_metrics_sum WHERE MetricName = 'aws.lambda.billed_duration'",
    );
    const all = reports.reduce((sum, { metrics }) => sum + metrics.billedDurationMs, 0);
    assert.ok(Math.abs((sum?.billed ?? 0) - all / 1000) < 1e-6, `${sum?.billed}`);
  });
});
