import assert from "node:assert/strict";
import { type Role, renderTrace } from "../../../traces/render";
import { traceTree } from "../../../traces/tree";
import { line, span, traceId } from "./rows";

const tree = traceTree(
  traceId,
  [
    span("a", "", 0, { name: "POST /orders", durationMs: 212.34 }),
    span("b", "a", 20, { name: "process orders", service: "fulfilment", kind: "Consumer" }),
    span("c", "b", 25, {
      name: "payment",
      service: "payment",
      status: "Error",
      statusMessage: "CardDeclined: no",
    }),
  ],
  [
    line("a", 1, "accepted"),
    line("c", 26, "Error: no\n    at charge", { severity: "error", service: "payment" }),
    line("b", 40, "not paid", { severity: "warn" }),
    line("gone", 50, "lost"),
  ],
);

describe("a drawn trace", () => {
  it("has spans with their service, duration and offset, and lines in between", () => {
    assert.deepEqual(renderTrace(tree, { width: 76 }).split("\n"), [
      `trace ${traceId}  3 services, 3 spans, 3 lines`,
      "POST /orders shop                                      212.3 ms     +0.0 ms",
      "├─ INFO  accepted",
      "└─ process orders fulfilment                            10.0 ms    +20.0 ms",
      "   ├─ ✖ payment payment                                 10.0 ms    +25.0 ms",
      "   │  │  CardDeclined: no",
      "   │  └─ ERROR Error: no ⏎ at charge",
      "   └─ WARN  not paid",
      "? INFO  lost",
    ]);
  });

  it("fits the width", () => {
    const long = traceTree(
      traceId,
      [span("a", "", 0, { name: "n".repeat(200), status: "Error", statusMessage: "m".repeat(200) })],
      [line("a", 1, "b".repeat(200))],
    );
    for (const drawn of renderTrace(long, { width: 60 }).split("\n").slice(1)) {
      assert.ok(drawn.length <= 60, drawn);
    }
  });

  it("writes no control sequences from its rows to the terminal", () => {
    const clear = "\u001b[2J\u009b1;1H\r";
    const hostile = traceTree(
      traceId,
      [
        span("a", "", 0, {
          name: `n${clear}`,
          service: `s${clear}`,
          status: "Error",
          statusMessage: `m${clear}`,
        }),
      ],
      [line("a", 1, `b${clear}`, { severity: `info${clear}` }), line("gone", 2, `lost${clear}`)],
    );
    assert.doesNotMatch(renderTrace(hostile, { width: 80 }), /[^\P{Cc}\n]/u);
  });

  it("is coloured by what its pieces are", () => {
    const roles = new Set<Role>();
    renderTrace(tree, {
      width: 100,
      paint: (text, role) => {
        roles.add(role);
        return text;
      },
    });
    assert.deepEqual([...roles].sort(), ["error", "line", "name", "service", "tree", "warn"]);
  });
});
