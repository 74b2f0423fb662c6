import assert from "node:assert/strict";
import { DurableExecution, type OperationUpdate } from "../../../../../sandbox/lambda/durable/execution";

const functionArn = "arn:aws:lambda:eu-central-1:123456789012:function:orders:1";
const now = 1_795_953_600_000;

describe("a durable execution of the sandbox", () => {
  let execution: DurableExecution;
  beforeEach(() => {
    execution = new DurableExecution(functionArn, "order-7", '{"id":7}', now);
  });
  const checkpoint = (...updates: OperationUpdate[]) =>
    execution.checkpoint(execution.nextToken(), updates, now + 5);

  it("begins with its input alone", () => {
    const [operation, ...others] = execution.operations;
    assert.deepEqual([operation?.Type, operation?.Status, others], ["EXECUTION", "STARTED", []]);
    assert.equal(operation?.ExecutionDetails?.InputPayload, '{"id":7}');
    assert.match(execution.arn, /:function:orders:1\/durable-execution\/order-7\/[0-9a-f-]{36}$/);
  });

  it("keeps what steps returned, and counts their attempts", () => {
    const step = { Id: "1", Type: "STEP", Name: "charge" };
    checkpoint({ ...step, Action: "START" });
    const [retried] = checkpoint({
      ...step,
      Action: "RETRY",
      Error: { ErrorMessage: "no" },
      StepOptions: { NextAttemptDelaySeconds: 3 },
    });
    assert.deepEqual([retried?.Status, retried?.StepDetails?.Attempt], ["PENDING", 1]);
    assert.equal(retried?.StepDetails?.NextAttemptTimestamp, now + 3_005);
    assert.deepEqual(execution.resume(now + 9), ["1"]);
    assert.equal(execution.operations.at(-1)?.Status, "READY");
    checkpoint({ ...step, Action: "START" });
    const [done] = checkpoint({ ...step, Action: "SUCCEED", Payload: '"paid"' });
    assert.deepEqual(
      [done?.Status, done?.StepDetails?.Attempt, done?.StepDetails?.Result],
      ["SUCCEEDED", 2, '"paid"'],
    );
    assert.deepEqual([done?.StartTimestamp, done?.EndTimestamp, done?.Name], [now + 5, now + 5, "charge"]);
  });

  it("ends waits when it goes on", () => {
    const [wait] = checkpoint({ Id: "2", Type: "WAIT", Action: "START", WaitOptions: { WaitSeconds: 60 } });
    assert.equal(wait?.WaitDetails?.ScheduledEndTimestamp, now + 60_005);
    assert.deepEqual(execution.resume(now + 60_005), ["2"]);
    assert.equal(execution.operations.at(-1)?.Status, "SUCCEEDED");
    assert.deepEqual(execution.resume(now + 70_000), [], "nothing is left to end");
  });

  it("refuses other tokens and types that it can't run", () => {
    const update: OperationUpdate = { Id: "3", Type: "CALLBACK", Action: "START" };
    execution.nextToken();
    assert.throws(() => execution.checkpoint("old", [], now), /invalid checkpoint token/);
    assert.throws(() => checkpoint(update), /operations of type CALLBACK/);
  });
});
