import assert from "node:assert/strict";
import { report } from "../../../demo/report";
import { type DemoResult, problems, summarize } from "../../../demo/result";
import { plannedInvocations } from "../../../demo/scenario";
import { traceTree } from "../../../traces/tree";
import { line, span, traceId } from "../traces/rows";

/** A result without errors. */
function good(): DemoResult {
  const planned = plannedInvocations(1);
  return {
    layerVersionArns: { "us-east-2": { x86_64: "arn:layer:1" }, "eu-west-3": { x86_64: "arn:layer:1" } },
    functions: [{ name: "fn", runtime: "nodejs22.x", service: "fn" }],
    invocations: planned.map((plan, i) => ({
      functionName: "fn",
      planned: plan,
      requestId: `request-${i}`,
      status: plan.status,
      durationMs: 5,
      extensionOverheadMs: 2,
    })),
    logs: planned.flatMap((plan, i) =>
      Array.from({ length: plan.linesWritten }, (_, n) => ({
        time: "2026-01-01 00:00:00.000000000",
        service: "fn",
        severity: "info",
        body: `line ${n}`,
        invocationId: `request-${i}`,
        traceId: `trace-${i}`,
        spanId: `span-${i}`,
        attributes: { type: "function" },
        resource: {},
      })),
    ),
    spans: planned.map((plan, i) => ({
      time: "2026-01-01 00:00:00.000000000",
      service: "fn",
      name: "fn",
      kind: "Server",
      parentSpanId: "",
      attributes: {},
      invocationId: `request-${i}`,
      traceId: `trace-${i}`,
      spanId: `span-${i}`,
      durationMs: 5,
      status: plan.status === "error" ? "Error" : "Unset",
      statusMessage: "",
    })),
    cloudWatchStreams: 0,
    clickhouse: {
      ...{ httpUrl: "http://127.0.0.1:8123", password: "key" },
      reader: { user: "reader", password: "another" },
    },
    extensionLog: [],
    seconds: 1,
  };
}

describe("problems of a demo", () => {
  it("finds none when all arrived", () => {
    assert.deepEqual(problems(good()), []);
    const { linesWritten, logRows, invocations, regions } = summarize(good());
    assert.deepEqual([linesWritten, logRows, invocations, regions], [6, 6, 4, 2]);
  });

  it("finds a trace that is not one tree, and lines that are not in it", () => {
    const spans = ["shop", "fulfilment", "payment"].map((service, index) =>
      span(String(index), index === 0 ? "" : String(index - 1), index, { service }),
    );
    const lines = [line("2", 3, "failed")];
    const whole = { ...good(), trace: traceTree(traceId, spans, lines), strayLines: 0 };
    assert.deepEqual(problems(whole), []);
    assert.deepEqual(summarize(whole).trace, { functions: 3, spans: 3, lines: 1, roots: 1, orphans: 0 });
    const torn = { ...good(), trace: traceTree(traceId, [...spans.slice(0, 1), ...spans.slice(2)], lines) };
    assert.deepEqual(problems({ ...torn, strayLines: 2 }), [
      "The trace of the request through three functions has spans of 2.",
      "The trace of the request through three functions has 2 roots.",
      "1 spans or lines of that trace are below no stored span.",
      "2 lines of these functions are in another trace.",
    ]);
    assert.match(report(whole, 140), /One request through three functions.*span 0 shop/s);
  });

  const broken: [string, (result: DemoResult) => void, RegExp][] = [
    ["a lost line", (r) => r.logs.pop(), /wrote 6 log lines, but ClickHouse has 5 rows/],
    ["a doubled line", (r) => r.logs.push({ ...(r.logs[0] as (typeof r.logs)[0]) }), /ClickHouse has 7 rows/],
    ["a lost span", (r) => r.spans.pop(), /4 invocations, but ClickHouse has 3 invoke spans/],
    [
      "a line of another invocation",
      (r) => Object.assign(r.logs[0] ?? {}, { invocationId: "request-1" }),
      /wrote 3 lines, 2 arrived/,
    ],
    [
      "a line without a stored span",
      (r) => Object.assign(r.logs[0] ?? {}, { spanId: "" }),
      /1 log rows do not belong to a stored invoke span/,
    ],
    [
      "an invocation that ended otherwise",
      (r) => Object.assign(r.invocations[0] ?? {}, { status: "timeout" }),
      /ended with timeout, expected success/,
    ],
    [
      "a log stream in CloudWatch",
      (r) => Object.assign(r, { cloudWatchStreams: 1 }),
      /CloudWatch has 1 log streams/,
    ],
  ];
  for (const [what, change, message] of broken) {
    it(`finds ${what}`, () => {
      const result = good();
      change(result);
      assert.match(problems(result).join("\n"), message);
    });
  }
});

describe("report", () => {
  it("shows regions, lines, spans and the count", () => {
    const text = report(good(), 140);
    for (const part of ["us-east-2", "arn:layer:1", "line 2", "stackTrace", "equal"])
      assert.ok(text.includes(part), part);
  });
});
