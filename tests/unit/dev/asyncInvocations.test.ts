import assert from "node:assert/strict";
import type { AsyncSettings, OutcomeTarget } from "../../../dev/project/asyncSettings";
import { AsyncInvocations } from "../../../dev/run/asyncInvocations";
import type { SentMessage } from "../../../dev/run/sqs";
import type { InvocationResult } from "../../../sandbox";

describe("an asynchronous invocation", () => {
  const queue = { kind: "queue", name: "failed" } as const;
  /** Invokes a function whose attempts have these outcomes. */
  const invoke = async (outcomes: readonly string[], settings: Partial<AsyncSettings> = {}) => {
    const ended = { runs: 0, pauses: [] as number[], notices: [] as string[] };
    const forwarded: [OutcomeTarget, SentMessage][] = [];
    const invocations = new AsyncInvocations({
      run: async (name, event) => {
        assert.deepEqual([name, event], ["pay", { sku: "A-17" }]);
        const { [ended.runs]: outcome = "success" } = outcomes;
        ended.runs += 1;
        if (outcome === "missing") throw new Error("pay.py does not exist");
        const failed = outcome !== "success";
        return {
          ...{ requestId: `r-${ended.runs}`, status: outcome, payload: failed ? { errorMessage: "no" } : 1 },
          ...(failed && { functionError: "Unhandled" }),
        } as InvocationResult;
      },
      settingsOf: () => ({ retries: 2, ...settings }),
      forward: (to, message) => forwarded.push([to, message]) > 1,
      tell: (notice) => ended.notices.push(notice),
      wait: async (ms) => {
        ended.pauses.push(ms);
        if (outcomes.at(-1) === "stopped") invocations.stop();
      },
    });
    const succeeded = await invocations.invoke("pay", { sku: "A-17" });
    return { ...ended, succeeded, forwarded };
  };

  it("is retried twice while it fails, and then discarded", async () => {
    assert.deepEqual(await invoke(["error", "timeout", "error", "success"]), {
      ...{ succeeded: false, runs: 3, pauses: [1_000, 2_000], forwarded: [] },
      notices: [
        "pay failed; retry in 1 s (Lambda waits 1 minute)",
        "pay failed; retry in 2 s (Lambda waits 2 minutes)",
        "pay failed 3 times; the event is discarded: the function has no on-failure destination and no dead-letter queue",
      ],
    });
    const recovered = await invoke(["failure", "success"]);
    assert.deepEqual([recovered.succeeded, recovered.runs, recovered.notices.length], [true, 2, 1]);
  });

  it("is attempted as often as the function's settings say", async () => {
    assert.equal((await invoke(["error", "error"], { retries: 0 })).runs, 1);
    assert.equal((await invoke(["error", "error", "error"], { retries: 1 })).runs, 2);
  });

  it("sends its outcome to a destination, and the event to a dead-letter queue", async () => {
    const topic = { kind: "topic", name: "alarm" } as const;
    const settings = { retries: 1, onFailure: queue, deadLetter: topic };
    const { forwarded, notices } = await invoke(["error", "error"], settings);
    assert.deepEqual(
      forwarded.map(([to]) => to),
      [queue, topic],
    );
    const record = JSON.parse(forwarded[0]?.[1].MessageBody ?? "");
    assert.deepEqual(
      [record.requestContext.condition, record.requestContext.approximateInvokeCount],
      ["RetriesExhausted", 2],
    );
    assert.deepEqual(
      [record.requestPayload, record.responsePayload, record.responseContext.functionError],
      [{ sku: "A-17" }, { errorMessage: "no" }, "Unhandled"],
    );
    assert.deepEqual(forwarded[1]?.[1], {
      MessageBody: '{"sku":"A-17"}',
      MessageAttributes: {
        RequestID: { DataType: "String", StringValue: "r-2" },
        ErrorCode: { DataType: "Number", StringValue: "200" },
        ErrorMessage: { DataType: "String", StringValue: "no" },
      },
    });
    assert.deepEqual(notices.slice(1), [
      "pay failed 2 times; its record goes to the queue failed, which no function here reads",
      "pay failed 2 times; its event goes to the topic alarm",
    ]);
  });

  it("sends its outcome to a destination for success", async () => {
    const { forwarded } = await invoke(["success"], { onSuccess: queue, onFailure: queue });
    assert.equal(forwarded.length, 1);
    assert.equal(JSON.parse(forwarded[0]?.[1].MessageBody ?? "").requestContext.condition, "Success");
  });

  it("reports why the function did not start, and is not retried when `dev` ends", async () => {
    const missing = await invoke(["missing"]);
    assert.deepEqual([missing.runs, missing.notices], [1, ["pay: pay.py does not exist"]]);
    assert.equal((await invoke(["error", "stopped"])).runs, 1);
  });
});
