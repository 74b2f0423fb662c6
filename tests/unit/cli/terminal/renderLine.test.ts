import assert from "node:assert/strict";
import { lineText } from "../../../../cli/terminal/renderLine";
import type { Terminal } from "../../../../cli/terminal/terminal";

const line = {
  time: "2026-01-31 12:00:00.123456789",
  service: "shop",
  function: "orders",
  severity: "info",
  severityNumber: 9,
  body: "accepted\n",
  invocationId: "",
  traceId: "",
};

function terminal(isTTY: boolean): Terminal {
  const output = { write: () => undefined, isTTY };
  return { out: output, err: output, input: process.stdin, environment: {} };
}

describe("a log line on a terminal", () => {
  it("has its time, level, function and message", () => {
    assert.equal(lineText(terminal(false), line), "2026-01-31T12:00:00.123Z INFO  orders  accepted");
  });

  it("has no control sequences except the colours of its level", () => {
    const hostile = { ...line, function: "\u001b[2J", service: "a\u009b2J", body: "\u001b[31mb\rc\u0007" };
    const shown = "2026-01-31T12:00:00.123Z INFO    bc";
    assert.equal(lineText(terminal(false), hostile), shown);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for colour sequences.
    assert.equal(lineText(terminal(true), hostile).replaceAll(/\u001b\[\d+m/g, ""), shown);
  });
});
