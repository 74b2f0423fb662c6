import assert from "node:assert/strict";
import { createClient } from "@clickhouse/client";
import type { AttributeType, EmbeddedClickHouse } from "../../sandbox/clickhouse";
import type { InvocationRow, MeasuredRow, MeasureRow } from "../../web/api/rows";
import { reading } from "../../web/reading";
import { answerOf } from "../../web/routes";
import { startInReusedProcess } from "../sandbox/reusedClickHouse";

const password = "made-for-this-test";
const MEGABYTE = 1024 ** 2;
const trace = (number: number) => `${number}`.repeat(32);
const span = (number: number) => `${number}`.repeat(16);

/** The newest invocation is number 3. */
const times = new Map([1, 2, 3].map((number) => [number, `now64(9) - ${100 - number}`]));

for (const attributes of ["map", "json"] as const satisfies readonly AttributeType[])
  describe(`what Lambda measured of invocations, with attributes as ${attributes}`, function () {
    this.timeout(120_000);
    let clickhouse: EmbeddedClickHouse;

    async function command(query: string): Promise<void> {
      const client = createClient({ url: clickhouse.httpUrl, username: "default", password });
      await client.command({ query });
      await client.close();
    }

    before(async () => {
      clickhouse = await startInReusedProcess({ ingestionKey: password, attributes });
      const map = (values: Record<string, string>) =>
        attributes === "json"
          ? `'${JSON.stringify(values)}'`
          : `map(${Object.entries(values)
              .flat()
              .map((text) => `'${text}'`)
              .join(", ")})`;
      const spans = [...times].map(
        ([number, time]) =>
          `(${time}, '${trace(number)}', '${span(number)}', 'shop', 'Server', 'shop', 1000000, ${map({ "faas.invocation_id": `r-${number}` })}, ${map({ "faas.max_memory": `${512 * MEGABYTE}` })})`,
      );
      await command(
        `INSERT INTO otel_traces (Timestamp, TraceId, SpanId, SpanName, SpanKind, ServiceName, Duration, SpanAttributes, ResourceAttributes) VALUES ${spans.join(", ")}`,
      );
      await store("sum", "aws.lambda.billed_duration", [
        [1, 0.001],
        [2, 0.002],
      ]);
      // Sent again, since the first response was lost.
      await store("sum", "aws.lambda.billed_duration", [[2, 0.002]]);
      await store("gauge", "faas.mem_usage", [
        [1, 61 * MEGABYTE],
        [2, 62 * MEGABYTE],
      ]);
      await store("histogram", "aws.lambda.extension_overhead", [[2, 0]]);
      // The function's own, with the same span.
      await store("sum", "orders", [[2, 99]]);
      await store("gauge", "faas.cpu_usage", [[3, 99]]);
    });
    after(() => clickhouse?.stop());

    async function store(kind: string, metric: string, exemplars: [number, number][]): Promise<void> {
      const array = (value: (number: number, measured: number) => string) =>
        `[${exemplars.map(([number, measured]) => value(number, measured)).join(", ")}]`;
      const columns = [
        array(() => "now()"),
        array((_, measured) => `${measured}`),
        array((number) => `'${span(number)}'`),
        array((number) => `'${trace(number)}'`),
      ];
      await command(
        `INSERT INTO otel_metrics_${kind} (ServiceName, MetricName, TimeUnix, Exemplars.TimeUnix, Exemplars.Value, Exemplars.SpanId, Exemplars.TraceId)
        VALUES ('shop', '${metric}', now(), ${columns.join(", ")})`,
      );
    }

    interface Answer {
      rows: InvocationRow[];
      measures: MeasureRow[];
      measured: MeasuredRow[];
    }
    const ask = async <T = Answer>(path: string, query: Record<string, string>) =>
      (await answerOf(path, new URLSearchParams(query), Date.now(), reading(clickhouse.reader))) as T;
    const bySpan = (rows: MeasuredRow[]) => rows.sort((a, b) => (a.spanId < b.spanId ? -1 : 1));
    const first = { traceId: trace(1), spanId: span(1), billedMs: 1, memoryUsed: 61 * MEGABYTE };
    const second = { traceId: trace(2), spanId: span(2), billedMs: 2, memoryUsed: 62 * MEGABYTE };

    it("comes with the invocations, once, and is absent until it is sent", async () => {
      const { rows, measured } = await ask("/api/invocations", {});
      assert.deepEqual(
        rows.map(({ spanId, memorySize }) => [spanId, memorySize]),
        [3, 2, 1].map((number) => [span(number), `${512 * MEGABYTE}`]),
      );
      assert.deepEqual(bySpan(measured), [
        { ...first, overheadMs: null },
        { ...second, overheadMs: 0 },
      ]);
    });

    it("is read of the listed invocations alone", async () => {
      const newest = await ask("/api/invocations", { limit: "2" });
      assert.deepEqual(newest.measured, [{ ...second, overheadMs: 0 }]);
      const filtered = await ask("/api/invocations", { filter: 'invocation:"r-1"' });
      assert.deepEqual(filtered.measured, [{ ...first, overheadMs: null }]);
    });

    it("comes with a trace", async () => {
      const { spans, measured } = await ask<Answer & { spans: { memorySize: string }[] }>("/api/trace", {
        id: trace(2),
      });
      assert.deepEqual(measured, [{ ...second, overheadMs: 0 }]);
      assert.equal(spans[0]?.memorySize, `${512 * MEGABYTE}`);
      assert.deepEqual((await ask("/api/trace", { id: trace(9) })).measured, []);
    });

    it("is absent, and invocations are not, in a ClickHouse without tables of metrics", async () => {
      for (const kind of ["sum", "gauge", "histogram"])
        await command(`RENAME TABLE otel_metrics_${kind} TO away_${kind}`);
      try {
        const { rows, measures, measured } = await ask("/api/invocations", {});
        assert.equal(rows.length, 3);
        assert.deepEqual([measures, measured], [[], []]);
      } finally {
        for (const kind of ["sum", "gauge", "histogram"])
          await command(`RENAME TABLE away_${kind} TO otel_metrics_${kind}`);
      }
    });
  });
