import assert from "node:assert/strict";
import { HOUR_MS } from "../../../web/api/request";
import type { SpanRow } from "../../../web/api/rows";
import { hashOf, placeOf } from "../../../web/page/address";
import { dollars, lambdaCost, logsCost, memory } from "../../../web/page/costs";
import { duration, endOfTime, equals, toneOf } from "../../../web/page/format";
import { measuredBySpan } from "../../../web/page/measured";
import { layOut } from "../../../web/page/waterfall";

const span = (spanId: string, parentSpanId: string, startMs: number, durationMs: number): SpanRow => ({
  spanId,
  parentSpanId,
  startMs,
  durationMs,
  name: spanId,
  kind: "Internal",
  service: "orders",
  status: "Unset",
  message: "",
  attributes: {},
  memorySize: "",
  events: [],
});
const log = (spanId: string, time: number) => ({
  spanId,
  time,
  service: "orders",
  severity: "info",
  body: `line of ${spanId}`,
  attributes: {},
});
const drawn = (spans: SpanRow[], logs: ReturnType<typeof log>[]) =>
  layOut(spans, logs).rows.map(
    (row) =>
      "  ".repeat(row.depth) +
      (row.kind === "span" ? row.span.name : row.kind === "log" ? row.log.body : row.event.name),
  );

describe("the waterfall", () => {
  it("has parents above their children, and lines under their spans", () => {
    const spans = [
      span("a", "", 0, 100),
      span("b", "a", 10, 20),
      span("c", "b", 12, 5),
      span("d", "a", 50, 20),
    ];
    assert.deepEqual(drawn(spans, [log("a", 5), log("c", 13), log("", 1), log("gone", 2)]), [
      "a",
      "  line of a",
      "  b",
      "    c",
      "      line of c",
      "  d",
      "line of ",
      "line of gone",
    ]);
  });

  it("has a span's events under it, among its lines", () => {
    const failed = { ...span("a", "", 0, 100), events: [[6, "exception", {}]] as SpanRow["events"] };
    assert.deepEqual(drawn([failed], [log("a", 7), log("a", 5)].reverse()), [
      "a",
      "  line of a",
      "  exception",
      "  line of a",
    ]);
  });

  it("shows when no span ran, as while an environment is frozen", () => {
    const { gaps } = layOut([span("init", "", 0, 20), span("a", "", 80, 20), span("b", "a", 85, 5)], []);
    assert.deepEqual(gaps, [{ start: 0.2, width: 0.6, ms: 60 }]);
    assert.deepEqual(layOut([span("a", "", 0, 100), span("b", "", 100.5, 50)], []).gaps, []);
    assert.deepEqual(layOut([span("a", "", 10, 10)], [log("a", 0), log("a", 100)]).gaps, []);
    assert.deepEqual(layOut([], [log("", 0), log("", 100)]).gaps, []);
  });

  it("marks a span whose parent is missing, and draws spans in a circle once", () => {
    const { rows } = layOut([span("a", "missing", 0, 10), span("x", "y", 1, 1), span("y", "x", 2, 1)], []);
    const spans = rows.flatMap((row) => (row.kind === "span" ? [row] : []));
    assert.deepEqual(spans.map(({ span }) => span.name).sort(), ["a", "x", "y"]);
    assert.equal(spans.find(({ span }) => span.name === "a")?.orphan, true);
  });

  it("counts as a span's own time what none of its children covers", () => {
    const spans = [
      span("a", "", 0, 100),
      span("b", "a", 10, 30),
      span("c", "a", 30, 30),
      span("d", "a", 90, 50),
    ];
    const [root] = layOut(spans, []).rows;
    assert.ok(root?.kind === "span");
    assert.equal(root.selfMs, 100 - 50 - 10);
    assert.equal(layOut(spans, []).durationMs, 140);
    assert.ok(Math.abs(root.width - 100 / 140) < 1e-9);
  });
});

describe("the page's address", () => {
  it("holds what is shown", () => {
    const place = {
      view: "traces",
      filter: 'status:"Error" & more',
      last: 24 * HOUR_MS,
      newestLast: true,
      trace: "ab".repeat(16),
    } as const;
    assert.deepEqual(placeOf(hashOf(place)), place);
    assert.deepEqual(placeOf(""), { view: "logs", filter: "", last: HOUR_MS, newestLast: false });
    assert.deepEqual(placeOf("#/nothing/notatrace?last=-3"), {
      view: "logs",
      filter: "",
      last: HOUR_MS,
      newestLast: false,
    });
  });
});

describe("what the page shows", () => {
  it("names durations in their unit", () => {
    assert.deepEqual([0.42, 12.4, 3420, 125_000].map(duration), ["0.4 ms", "12 ms", "3.42 s", "2 min 5 s"]);
  });

  it("gives the ends of a time their date where it is a day or more", () => {
    const noon = new Date(2026, 0, 31, 12, 5).getTime();
    assert.equal(endOfTime(noon, HOUR_MS), "12:05");
    assert.equal(endOfTime(noon, 24 * HOUR_MS), "01-31 12:05");
  });

  it("tells errors and warnings by the levels of all languages", () => {
    assert.deepEqual(["ERROR", "fatal", "Critical", "WARNING", "info", ""].map(toneOf), [
      "error",
      "error",
      "error",
      "warn",
      "other",
      "other",
    ]);
  });

  it("quotes values in filters", () => {
    assert.equal(equals("function", 'a "b"'), 'function:"a \\"b\\""');
  });
});

const MEGABYTE = 1024 ** 2;

describe("costs of a function", () => {
  it("are those of memory and requests at Lambda, and of lines in CloudWatch Logs", () => {
    const lambda = lambdaCost(1_000_000, 1000, 512 * MEGABYTE) ?? 0;
    assert.equal(lambda.toFixed(6), (500 * 0.0000166667 + 0.2).toFixed(6));
    assert.equal(logsCost(2 * 1024 ** 3), 1);
    assert.equal(lambdaCost(5, 0, 512 * MEGABYTE), undefined);
    assert.equal(lambdaCost(5, 1, 0), undefined);
  });

  it("are written with the digits that count", () => {
    assert.deepEqual([1.234, 0.00345, 0, undefined].map(dollars), ["$1.23", "$0.0034", "$0", "–"]);
    assert.equal(memory(61 * MEGABYTE, 512 * MEGABYTE), "61 of 512 MB");
    assert.equal(memory(0, 512 * MEGABYTE), "512 MB");
    assert.equal(memory(61 * MEGABYTE, 0), "61 MB used");
    assert.equal(memory(0, 0), "–");
  });
});

describe("what Lambda measured of an invocation", () => {
  const ids = { traceId: "a1".repeat(16), spanId: "b2".repeat(8) };
  const measured = { ...ids, billedMs: 121, memoryUsed: 64 * MEGABYTE, overheadMs: 2.5 };
  const invoked = { ...ids, memorySize: `${256 * MEGABYTE}` };

  it("is found by trace and span", () => {
    assert.deepEqual(measuredBySpan([measured])(invoked), {
      billed: "121 ms",
      memory: "64 of 256 MB",
      extensions: "2.5 ms",
      cost: "$0.00000070",
    });
    for (const other of [{ traceId: "c3".repeat(16) }, { spanId: "c3".repeat(8) }])
      assert.equal(measuredBySpan([measured])({ ...invoked, ...other }), undefined);
  });

  it("has a dash for what Lambda did not report, and a zero where it reported that", () => {
    const nothing = { billedMs: null, memoryUsed: null, overheadMs: null };
    assert.deepEqual(measuredBySpan([{ ...ids, ...nothing }])(invoked), {
      billed: "–",
      memory: "–",
      extensions: "–",
      cost: "–",
    });
    const found = measuredBySpan([{ ...measured, overheadMs: 0 }])({ ...invoked, memorySize: "" });
    assert.deepEqual([found?.extensions, found?.memory, found?.cost], ["0.0 ms", "64 MB used", "–"]);
  });
});
