import assert from "node:assert/strict";
import { ExtensionsApi } from "../../../../../sandbox/lambda/apis/extensions";
import { type ApiAnswer, type ApiRequest, PendingAnswer } from "../../../../../sandbox/lambda/apis/server";
import { ConditionSignal } from "../../../../../sandbox/lambda/core/conditionSignal";

function request(path: string, headers: Record<string, string>, body: unknown = {}): ApiRequest {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return {
    method: "POST",
    path: `/2020-01-01/extension${path}`,
    headers,
    trailers: {},
    begunAt: 1,
    body: Buffer.from(text),
  };
}

describe("Extensions API", () => {
  let api: ExtensionsApi;
  const emitted: unknown[] = [];
  beforeEach(() => {
    emitted.length = 0;
    api = new ExtensionsApi({
      functionName: "hello",
      functionVersion: "$LATEST",
      handler: "index.handler",
      accountId: "123456789012",
      externalNames: ["outer"],
      knownEvents: ["INVOKE", "SHUTDOWN"],
      conditions: new ConditionSignal(),
      emit: (type, record) => emitted.push([type, record]),
    });
  });

  const now = (each: ApiRequest): ApiAnswer => {
    const answer = api.handle(each);
    assert.ok(answer && !(answer instanceof PendingAnswer));
    return answer;
  };
  const errorType = (answer: ApiAnswer) => (answer.body as { errorType?: string }).errorType;
  const register = (name: string, body: unknown = { events: ["INVOKE"] }, more = {}) =>
    now(request("/register", { "lambda-extension-name": name, ...more }, body));
  const idOf = (answer: ApiAnswer) => answer.headers?.["Lambda-Extension-Identifier"] ?? "";

  it("registers, with the account only when it is asked for", () => {
    const function_ = { functionName: "hello", functionVersion: "$LATEST", handler: "index.handler" };
    assert.deepEqual(register("inner").body, function_);
    const outer = register(
      "outer",
      { events: ["SHUTDOWN"] },
      { "lambda-extension-accept-feature": "accountId" },
    );
    assert.deepEqual(outer.body, { ...function_, accountId: "123456789012" });
    assert.match(idOf(outer), /^[0-9a-f-]{36}$/);
  });

  it("refuses registrations as Lambda does", () => {
    assert.equal(errorType(register("")), "Extension.InvalidExtensionName");
    assert.equal(errorType(register("outer", "not JSON")), "InvalidRequestFormat");
    assert.equal(errorType(register("outer", { events: ["START"] })), "Extension.InvalidEventType");
    assert.equal(
      errorType(register("inner", { events: ["SHUTDOWN"] })),
      "ShutdownEventNotSupportedForInternalExtension",
    );
    register("outer");
    assert.equal(errorType(register("outer")), "Extension.InvalidExtensionState");
    for (let index = 0; index < 9; index += 1) assert.equal(register(`inner-${index}`).status, 200);
    assert.equal(errorType(register("eleventh")), "Extension.TooManyExtensions");
    api.closeRegistration();
    assert.equal(errorType(register("late")), "Extension.RegistrationClosed");
  });

  it("wants an identifier that it gave", () => {
    assert.equal(errorType(now(request("/event/next", {}))), "Extension.MissingExtensionIdentifier");
    const unknown = { "lambda-extension-identifier": "x" };
    assert.equal(errorType(now(request("/event/next", unknown))), "Extension.UnknownExtensionIdentifier");
  });

  it("delivers each event to the extensions that registered for it", () => {
    const answers: Record<string, unknown>[] = [];
    const next = (id: string) => {
      const pending = api.handle(request("/event/next", { "lambda-extension-identifier": id }));
      assert.ok(pending instanceof PendingAnswer);
      pending.attach((answer) => answers.push(answer.body as Record<string, unknown>));
    };
    const outer = idOf(register("outer", { events: ["SHUTDOWN"] }));
    const inner = idOf(register("inner"));
    next(outer);
    assert.equal(api.allWaiting, false);
    next(inner);
    assert.equal(api.allWaiting, true);
    const tracing = { type: "X-Amzn-Trace-Id", value: "Root=1", spanId: "s" } as const;
    api.deliverInvoke({ requestId: "r", deadlineMs: 5, invokedFunctionArn: "arn", tracing });
    assert.deepEqual(answers, [
      {
        eventType: "INVOKE",
        requestId: "r",
        deadlineMs: 5,
        invokedFunctionArn: "arn",
        tracing: { type: "X-Amzn-Trace-Id", value: "Root=1" },
      },
    ]);
    assert.equal(api.allWaiting, false);
    api.deliverShutdown("spindown", 7);
    assert.deepEqual(answers[1], { eventType: "SHUTDOWN", shutdownReason: "spindown", deadlineMs: 7 });
    assert.deepEqual(emitted, [
      ["platform.extension", { name: "outer", state: "Ready", events: ["SHUTDOWN"] }],
      ["platform.extension", { name: "inner", state: "Ready", events: ["INVOKE"] }],
    ]);
  });

  it("notifies an extension that was busy of the shutdown at its next request", () => {
    const id = idOf(register("outer", { events: ["SHUTDOWN"] }));
    api.deliverShutdown("timeout", 7);
    const pending = api.handle(request("/event/next", { "lambda-extension-identifier": id }));
    assert.ok(pending instanceof PendingAnswer);
    let body: unknown;
    pending.attach((answer) => {
      body = answer.body;
    });
    assert.deepEqual(body, { eventType: "SHUTDOWN", shutdownReason: "timeout", deadlineMs: 7 });
  });

  it("keeps the error that an extension reports", () => {
    const id = { "lambda-extension-identifier": idOf(register("outer")) };
    assert.equal(errorType(now(request("/init/error", id))), "Extension.MissingHeader");
    const typed = { ...id, "lambda-extension-function-error-type": "Extension.Broken" };
    assert.equal(now(request("/init/error", typed)).status, 202);
    assert.deepEqual(api.failed?.error, { phase: "init", type: "Extension.Broken" });
  });

  it("leaves other paths to other APIs", () => {
    assert.equal(api.handle(request("/elsewhere", {})), undefined);
  });
});
