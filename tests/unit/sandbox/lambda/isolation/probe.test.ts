import assert from "node:assert/strict";
import {
  failurePayload,
  functionErrorType,
  runtimeExit,
  timedOut,
} from "../../../../../sandbox/lambda/core/failure";
import { logEvent, serializeEvent } from "../../../../../sandbox/lambda/core/telemetryEvent";
import { LAMBDA_PATHS, mapPaths } from "../../../../../sandbox/lambda/isolation/probe";

const paths = { task: "/w/code", opt: "/w/layers", runtime: "/w/rt", lang: "/w/lang" };

describe("path mapping", () => {
  const cases: [string, string][] = [
    ["/opt", "/w/layers"],
    ["/opt/extensions/x", "/w/layers/extensions/x"],
    ["/var/task:/opt/lib:/usr/lib", "/w/code:/w/layers/lib:/usr/lib"],
    ["--require /opt/init.cjs", "--require /w/layers/init.cjs"],
    ["--config=/var/runtime/a", "--config=/w/rt/a"],
    ["/options/opt-in", "/options/opt-in"],
    ["https://example.com/opt", "https://example.com/opt"],
    ["/var/tasks", "/var/tasks"],
  ];
  for (const [value, mapped] of cases) {
    it(`makes ${value} ${mapped}`, () => {
      assert.equal(mapPaths(value, paths), mapped);
      assert.equal(mapPaths(value, LAMBDA_PATHS), value);
    });
  }
});

describe("failures", () => {
  it("have Lambda's wording", () => {
    assert.equal(runtimeExit({ code: 3 }).message, "Runtime exited with error: exit status 3");
    assert.equal(runtimeExit({ code: 0 }).message, "Runtime exited without providing a reason");
    assert.equal(
      runtimeExit({ code: 0, signal: "SIGKILL" }).message,
      "Runtime exited with error: signal: killed",
    );
    assert.deepEqual(JSON.parse(failurePayload(timedOut(3), "r-1")), {
      errorType: "Sandbox.Timedout",
      errorMessage: "RequestId: r-1 Error: Task timed out after 3.00 seconds",
    });
  });

  it("take the function's error type as Lambda does", () => {
    assert.equal(functionErrorType("Runtime.BadFunctionCode"), "Runtime.BadFunctionCode");
    assert.equal(functionErrorType("Function.bad one"), "Function.Unknown");
    assert.equal(functionErrorType("TypeError"), "Runtime.Unknown");
    assert.equal(functionErrorType(undefined), "Runtime.Unknown");
  });
});

describe("log events", () => {
  const time = Date.parse("2026-01-31T10:00:00.123Z");

  it("are objects for JSON objects with the JSON format, else text", () => {
    assert.deepEqual(logEvent("function", '{"a":1}\n', { time, json: true }), {
      time: "2026-01-31T10:00:00.123Z",
      type: "function",
      record: { a: 1 },
    });
    for (const [text, json] of [
      ['{"a":1}', false],
      ["{broken", true],
      ["[1]", true],
      ["plain\n", true],
    ] as const) {
      assert.equal(logEvent("function", text, { time, json }).record, text);
    }
  });

  it("are text in the first schema version", () => {
    const event = logEvent("function", '{"a":1}', { time, json: true });
    assert.equal(JSON.parse(serializeEvent(event, "2022-07-01")).record, '{"a":1}');
    assert.deepEqual(JSON.parse(serializeEvent(event, "2022-12-13")).record, { a: 1 });
  });
});
