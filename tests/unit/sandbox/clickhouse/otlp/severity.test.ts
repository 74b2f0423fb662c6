import assert from "node:assert/strict";
import { resolveSeverity } from "../../../../../sandbox/clickhouse/otlp/severity";
import type { Value } from "../../../../../sandbox/clickhouse/otlp/value";

const NONE = { number: 0, text: "" };
const resolve = (attributes: Record<string, Value>, body = "", sent = NONE) => {
  const { number, text } = resolveSeverity(sent, new Map(Object.entries(attributes)), body);
  return [number, text];
};

describe("severity of a log record", () => {
  it("stays as the sender set it, in lower case", () => {
    assert.deepEqual(resolve({ level: "error" }, "fatal", { number: 9, text: "INFO" }), [9, "info"]);
    assert.deepEqual(resolve({ level: "error" }, "fatal", { number: 17, text: "" }), [17, ""]);
    assert.deepEqual(resolve({}, "fatal", { number: 0, text: "Notice" }), [0, "notice"]);
  });

  for (const [attributes, expected] of [
    [{ level: "WARN", severity: "error" }, [13, "warn"]],
    [{ severity: "CRITICAL" }, [21, "critical"]],
    [{ "log.level": "dbug" }, [5, "dbug"]],
    [{ Level: "Information" }, [9, "information"]],
    [{ level: "verbose" }, [9, "verbose"]],
    [{ level: "", LEVEL: "TRACE" }, [1, "trace"]],
    [{ level: "error-trace" }, [1, "error-trace"]],
    [{ level: 50n }, [17, "error"]],
  ] as [Record<string, Value>, unknown[]][]) {
    it(`is ${expected} by ${JSON.stringify(attributes, (_, v) => (typeof v === "bigint" ? Number(v) : v))}`, () => {
      assert.deepEqual(resolve(attributes, "an error in the body"), expected);
    });
  }

  for (const [body, expected] of [
    ["plain", [9, "info"]],
    ["[WARNING] low", [13, "warn"]],
    ["TypeError: no", [9, "info"]],
    ["an Error: no; then fatal", [17, "error"]],
    ["Emergency", [21, "fatal"]],
    ["debugging", [5, "debug"]],
    [`${"x".repeat(250)} error`, [17, "error"]],
    [`${"x".repeat(253)} error`, [9, "info"]],
    [`${"é".repeat(125)} err`, [17, "error"]],
    [`${"é".repeat(127)} err`, [9, "info"]],
  ] as [string, unknown[]][]) {
    it(`is ${expected} by the body ${body.slice(0, 30)} (${Buffer.byteLength(body)} bytes)`, () => {
      assert.deepEqual(resolve({}, body), expected);
    });
  }
});
