import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StoredLog, StoredSpan } from "../../../sandbox/clickhouse/telemetry";
import { demoPicture, picturePath } from "../../../scripts/demoPicture";
import { traceTree } from "../../../traces/tree";
import { line, span as row, traceId } from "../traces/rows";

const common = { service: "orders", invocationId: "9db7bc8e-f8e1", attributes: {} };
const log = (time: string, spanId: string, body: string, severity = "info"): StoredLog => ({
  ...common,
  time: `2026-01-31 12:00:${time}`,
  severity,
  body,
  spanId,
  traceId: `trace-${spanId}`,
  resource: {},
});
const span = (spanId: string, status = "Unset"): StoredSpan => ({
  ...common,
  time: "2026-01-31 12:00:01.000000000",
  name: `invoke ${spanId}`,
  kind: "Server",
  status,
  statusMessage: "",
  durationMs: 100,
  spanId,
  traceId: `trace-${spanId}`,
  parentSpanId: "",
});

describe("the README's picture", () => {
  it("shows the lines, and the trace of the invocation with the most of them", () => {
    const svg = demoPicture({
      logs: [
        log("01.050000000", "a", "one"),
        log("01.060000000", "b", "x < y & z\n\tat here", "error"),
        log("01.070000000", "b", "three"),
      ],
      spans: [span("a"), span("b", "Error")],
    });
    assert.ok(svg.includes("the last 3 of 3 rows"));
    assert.ok(svg.includes("x &lt; y &amp; z ⏎ at here"), svg);
    assert.ok(svg.includes("trace trace-b") && !svg.includes("trace trace-a"));
    assert.ok(svg.includes("▼ invoke b") && svg.includes("100.0 ms"));
    assert.equal(svg.match(/◆/g)?.length, 2);
    assert.equal(svg.match(/<rect/g)?.length, 2, "the background and the span's bar");
  });

  it("shows the trace of the request through three functions if there is one", () => {
    const trace = traceTree(
      traceId,
      [row("a", "", 0, { name: "shop" }), row("b", "a", 5, { name: "payment", status: "Error" })],
      [line("b", 6, "failed", { severity: "error" })],
    );
    const logs = [log("01.050000000", "a", "one"), log("01.060000000", "a", "two")];
    const svg = demoPicture({ logs, spans: [span("a")], trace });
    assert.ok(svg.includes("✖ payment") && svg.includes("ERROR failed") && !svg.includes("▼"), svg);
    const [, x] = /<text x="([\d.]+)" [^>]*>✖ payment/.exec(svg) ?? [];
    assert.equal(x, (20 + 3 * 7.83).toFixed(1), "behind its branch");
  });

  it("is not drawn of a run without an invocation of several lines", () => {
    assert.throws(
      () => demoPicture({ logs: [log("01.050000000", "a", "one")], spans: [span("a")] }),
      /no invocation of this run has several lines/,
    );
  });

  it("is in the README", () => {
    const readme = readFileSync(join(__dirname, "..", "..", "..", "README.md"), "utf8");
    assert.ok(readme.includes("](docs/images/demo.svg)"));
    assert.match(readFileSync(picturePath, "utf8"), /^<svg [^>]*>\n<title>.*the last 10 of \d+ rows/s);
  });
});
