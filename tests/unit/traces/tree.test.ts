import assert from "node:assert/strict";
import { milliseconds, nodesOf, summarizeTrace, traceTree } from "../../../traces/tree";
import { line, span, traceId } from "./rows";

const hour = 3_600_000;

describe("a trace as a tree", () => {
  it("has spans below their parents and lines below their spans, in the order of time whatever that of the rows", () => {
    const tree = traceTree(
      traceId,
      [span("c", "a", 30), span("b", "a", 20), span("d", "b", 25), span("a", "", 10)],
      [line("b", 27, "second"), line("b", 22, "first"), line("a", 11, "zero")],
    );
    assert.deepEqual(
      tree.roots
        .flatMap(nodesOf)
        .map(({ span: { spanId }, lines }) => [spanId, ...lines.map(({ body }) => body)]),
      [["a", "zero"], ["b", "first", "second"], ["d"], ["c"]],
    );
    assert.deepEqual(summarizeTrace(tree), { functions: 1, spans: 4, lines: 3, roots: 1, orphans: 0 });
  });

  it("takes rows of its own trace alone, and a span that was sent twice once", () => {
    const other = { traceId: "0af7651916cd43dd8448eb211c80319c" };
    const tree = traceTree(
      traceId,
      [span("a", "", 0), span("a", "", 0, { durationMs: 20 }), span("b", "", 0, other)],
      [line("a", 1, "mine"), line("a", 1, "other", other)],
    );
    assert.deepEqual(summarizeTrace(tree), { functions: 1, spans: 1, lines: 1, roots: 1, orphans: 0 });
    assert.equal(tree.roots[0]?.span.durationMs, 20, "as it was sent last");
  });

  // The conditions under which HyperDX draws a row (DBTraceWaterfallChart.tsx).
  it("draws a span whose parent is not stored as a root, and says so", () => {
    const tree = traceTree(traceId, [span("a", "", 0), span("b", "gone", 5)], []);
    assert.equal(tree.roots.length, 2);
    assert.deepEqual(
      tree.orphanSpans.map(({ spanId }) => spanId),
      ["b"],
    );
    assert.equal(summarizeTrace(tree).orphans, 1);
  });

  it("does not draw lines without a span id, of a span that is not stored, or an hour away", () => {
    const lines = [
      line("", 1, "without"),
      line("gone", 1, "of none"),
      line("a", hour + 1, "late"),
      line("a", hour, "in time"),
    ];
    const tree = traceTree(traceId, [span("a", "", 0)], lines);
    assert.deepEqual(
      tree.orphanLines.map(({ body }) => body),
      ["without", "of none", "late"],
    );
    assert.deepEqual(summarizeTrace(tree), { functions: 1, spans: 1, lines: 1, roots: 1, orphans: 3 });
  });

  it("is empty without spans, and ends where spans are each other's parents", () => {
    assert.deepEqual(summarizeTrace(traceTree(traceId, [], [line("a", 0, "alone")])), {
      functions: 0,
      spans: 0,
      lines: 0,
      roots: 0,
      orphans: 1,
    });
    assert.equal(traceTree(traceId, [span("a", "a", 0)], []).roots.length, 1);
    assert.deepEqual(traceTree(traceId, [span("a", "b", 0), span("b", "a", 1)], []).roots, []);
  });

  it("reads times of up to nine decimals", () => {
    const begin = Date.UTC(2026, 0, 31, 12);
    assert.equal(milliseconds("2026-01-31 12:00:00"), begin);
    assert.equal(milliseconds("2026-01-31 12:00:00.001500000") - begin, 1.5);
  });
});
