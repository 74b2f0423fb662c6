import assert from "node:assert/strict";
import { RuntimeApi } from "../../../../../sandbox/lambda/apis/runtime";
import { type ApiAnswer, type ApiRequest, PendingAnswer } from "../../../../../sandbox/lambda/apis/server";
import { ConditionSignal } from "../../../../../sandbox/lambda/core/conditionSignal";

function request(method: string, path: string, body = "", more: Partial<ApiRequest> = {}): ApiRequest {
  const full = `/2018-06-01/runtime${path}`;
  return { method, path: full, headers: {}, trailers: {}, body: Buffer.from(body), begunAt: 1, ...more };
}

describe("Runtime API", () => {
  let api: RuntimeApi;
  let delivered: ApiAnswer | undefined;
  beforeEach(() => {
    api = new RuntimeApi(new ConditionSignal(), false);
    const next = api.handle(request("GET", "/invocation/next"));
    assert.ok(next instanceof PendingAnswer);
    next.attach((answer) => {
      delivered = answer;
    });
    assert.equal(api.ready, true);
    api.deliver({
      requestId: "r-1",
      deadlineMs: 5,
      invokedFunctionArn: "arn",
      traceHeader: "Root=1",
      payload: '{"a":1}',
    });
  });

  it("gives the invocation to the runtime that waits", () => {
    assert.deepEqual(delivered, {
      status: 200,
      body: '{"a":1}',
      headers: {
        "Lambda-Runtime-Aws-Request-Id": "r-1",
        "Lambda-Runtime-Deadline-Ms": "5",
        "Lambda-Runtime-Invoked-Function-Arn": "arn",
        "Lambda-Runtime-Trace-Id": "Root=1",
      },
    });
    assert.equal(api.ready, false);
  });

  const statusOf = (each: ApiRequest) => (api.handle(each) as ApiAnswer).status;

  it("accepts one answer to the invocation in progress", () => {
    assert.equal(statusOf(request("POST", "/invocation/other/response", "1")), 400);
    assert.equal(statusOf(request("POST", "/invocation/r-1/response", "1")), 202);
    assert.equal(api.answerTo("r-1")?.kind, "response");
    assert.equal(api.answerTo("r-1")?.body, "1");
    assert.equal(statusOf(request("POST", "/invocation/r-1/response", "2")), 400);
  });

  it("takes errors with their type", () => {
    const headers = { "lambda-runtime-function-error-type": "Runtime.Bad" };
    assert.equal(statusOf(request("POST", "/invocation/r-1/error", "{}", { headers })), 202);
    assert.deepEqual([api.answerTo("r-1")?.kind, api.answerTo("r-1")?.errorType], ["error", "Runtime.Bad"]);
  });

  it("takes a streamed response's error from its trailers", () => {
    const trailers = {
      "lambda-runtime-function-error-type": "Function.Broken",
      "lambda-runtime-function-error-body": Buffer.from('{"b":2}').toString("base64"),
    };
    assert.equal(statusOf(request("POST", "/invocation/r-1/response", "half", { trailers })), 202);
    assert.deepEqual([api.answerTo("r-1")?.kind, api.answerTo("r-1")?.body], ["error", '{"b":2}']);
  });

  it("refuses a response over Lambda's limit, unless it is streamed", () => {
    const large = "x".repeat(6 * 1024 * 1024 + 1);
    const headers = { "lambda-runtime-function-response-mode": "streaming" };
    assert.equal(statusOf(request("POST", "/invocation/r-1/response", large)), 413);
    assert.equal(api.answerTo("r-1")?.errorType, "Function.ResponseSizeTooLarge");
    const other = new RuntimeApi(new ConditionSignal(), false);
    other.handle(request("GET", "/invocation/next"));
    other.deliver({ requestId: "r-1", deadlineMs: 5, invokedFunctionArn: "", traceHeader: "", payload: "" });
    const answer = other.handle(request("POST", "/invocation/r-1/response", large, { headers })) as ApiAnswer;
    assert.equal(answer.status, 202);
  });

  it("takes no answer any more once an invocation is finished, and says when it was too late", () => {
    assert.equal(api.finish("r-1", true), undefined);
    assert.equal(statusOf(request("POST", "/invocation/r-1/response", "1")), 410);
    assert.equal(statusOf(request("POST", "/invocation/r-1/response", "1")), 400);
  });

  it("gives overlapping invocations to the requests in their order, not to one that has hung up", () => {
    const concurrent = new RuntimeApi(new ConditionSignal(), true);
    const got: string[] = [];
    const waiting = ["a", "b", "c"].map((worker) => {
      const next = concurrent.handle(request("GET", "/invocation/next"));
      assert.ok(next instanceof PendingAnswer);
      next.attach(({ headers = {} }) => got.push(`${worker} ${headers["Lambda-Runtime-Aws-Request-Id"]}`));
      return next;
    });
    waiting[1].onGone();
    const invocation = { deadlineMs: 5, invokedFunctionArn: "", traceHeader: "", payload: "" };
    concurrent.deliver({ requestId: "r-1", ...invocation });
    concurrent.deliver({ requestId: "r-2", ...invocation });
    assert.deepEqual(got, ["a r-1", "c r-2"]);
    assert.equal(concurrent.ready, false);
    concurrent.handle(request("POST", "/invocation/r-2/response", "2"));
    concurrent.handle(request("POST", "/invocation/r-1/error", "1"));
    assert.equal(concurrent.finish("r-1", false)?.body, "1");
    assert.equal(concurrent.finish("r-2", false)?.body, "2");
  });

  it("keeps the error of an initialization", () => {
    const headers = { "lambda-runtime-function-error-type": "Runtime.ImportModuleError" };
    assert.equal(statusOf(request("POST", "/init/error", '{"e":1}', { headers })), 202);
    assert.deepEqual(api.initError, { errorType: "Runtime.ImportModuleError", body: '{"e":1}' });
  });

  it("leaves other paths to other APIs", () => {
    assert.equal(api.handle(request("GET", "/elsewhere")), undefined);
  });
});
