import { randomBytes, randomUUID } from "node:crypto";

/**
 * The state of a durable execution, as Lambda stores it for the Durable Execution SDKs. Source:
 * CheckpointDurableExecution and GetDurableExecutionState in Lambda's service model of 2025-12-01. Pure; times are
 * passed in.
 */

/** The SDK's update of an operation (`OperationUpdate`). */
export interface OperationUpdate {
  Id: string;
  ParentId?: string;
  Name?: string;
  Type: string;
  SubType?: string;
  Action: "START" | "SUCCEED" | "FAIL" | "RETRY" | "CANCEL";
  Payload?: string;
  Error?: Record<string, unknown>;
  ContextOptions?: { ReplayChildren?: boolean };
  StepOptions?: { NextAttemptDelaySeconds?: number };
  WaitOptions?: { WaitSeconds?: number };
}

/** An operation; times are milliseconds since 1970. */
export interface Operation {
  Id: string;
  ParentId?: string;
  Name?: string;
  Type: string;
  SubType?: string;
  Status: string;
  StartTimestamp: number;
  EndTimestamp?: number;
  ExecutionDetails?: { InputPayload: string };
  ContextDetails?: { ReplayChildren?: boolean; Result?: string; Error?: Record<string, unknown> };
  StepDetails?: {
    Attempt: number;
    NextAttemptTimestamp?: number;
    Result?: string;
    Error?: Record<string, unknown>;
  };
  WaitDetails?: { ScheduledEndTimestamp: number };
}

/** The operations that this state machine supports; callbacks and chained invocations are completed from outside. */
const KNOWN = ["STEP", "WAIT", "CONTEXT", "EXECUTION"];

const statuses: Record<OperationUpdate["Action"], string> = {
  START: "STARTED",
  SUCCEED: "SUCCEEDED",
  FAIL: "FAILED",
  RETRY: "PENDING",
  CANCEL: "CANCELLED",
};

export class DurableExecution {
  readonly arn: string;
  private readonly byId = new Map<string, Operation>();
  private token = "";

  /**
   * @param functionArn with the version.
   * @param input the event as JSON text.
   */
  constructor(functionArn: string, name: string, input: string, now: number) {
    this.arn = `${functionArn}/durable-execution/${name}/${randomUUID()}`;
    const Id = randomUUID();
    this.byId.set(Id, {
      Id,
      Name: name,
      Type: "EXECUTION",
      Status: "STARTED",
      StartTimestamp: now,
      ExecutionDetails: { InputPayload: input },
    });
  }

  get operations(): Operation[] {
    return [...this.byId.values()];
  }

  /** The token that the next checkpoint has to contain. */
  nextToken(): string {
    this.token = randomBytes(16).toString("base64");
    return this.token;
  }

  /** Applies a checkpoint.
   * @returns the operations that it changed.
   * @throws when the token is not the last one, or an operation is of a type that the sandbox doesn't run.
   */
  checkpoint(token: string | undefined, updates: readonly OperationUpdate[], now: number): Operation[] {
    if (token !== this.token) throw new Error("InvalidParameterValueException: invalid checkpoint token");
    return updates.map((update) => this.apply(update, now));
  }

  private apply(update: OperationUpdate, now: number): Operation {
    const { Id, ParentId, Name, Type, SubType, Action } = update;
    if (!KNOWN.includes(Type)) {
      throw new Error(`InvalidParameterValueException: operations of type ${Type} don't run in the sandbox`);
    }
    const before = this.byId.get(Id);
    const ended = Action === "START" || Action === "RETRY" ? {} : { EndTimestamp: now };
    const operation: Operation = {
      ...(before ?? { Id, ParentId, Name, Type, SubType, StartTimestamp: now }),
      Status: statuses[Action],
      ...ended,
      ...details(update, before, now),
    };
    this.byId.set(Id, operation);
    return operation;
  }

  /**
   * Advances time until the execution can continue: waits are over and attempts are due.
   * @returns the ids of the operations that this changed; none if one has to be completed from outside.
   */
  resume(now: number): string[] {
    const changed: string[] = [];
    for (const operation of this.byId.values()) {
      const waits = operation.Type === "WAIT" && operation.Status === "STARTED";
      const isDue = operation.Type === "STEP" && operation.Status === "PENDING";
      if (!waits && !isDue) continue;
      operation.Status = waits ? "SUCCEEDED" : "READY";
      if (waits) operation.EndTimestamp = now;
      changed.push(operation.Id);
    }
    return changed;
  }
}

function details(update: OperationUpdate, before: Operation | undefined, now: number): Partial<Operation> {
  const { Type, Action, Payload, Error: error } = update;
  const result = { Result: Payload, Error: error };
  if (Type === "WAIT" && Action === "START") {
    return {
      WaitDetails: { ScheduledEndTimestamp: now + (update.WaitOptions?.WaitSeconds ?? 0) * 1_000 },
    };
  }
  if (Type === "CONTEXT") return { ContextDetails: { ...update.ContextOptions, ...result } };
  if (Type !== "STEP") return {};
  const Attempt = (before?.StepDetails?.Attempt ?? 0) + (Action === "START" ? 1 : 0);
  const delay = update.StepOptions?.NextAttemptDelaySeconds ?? 0;
  const next = Action === "RETRY" ? { NextAttemptTimestamp: now + delay * 1_000 } : {};
  return { StepDetails: { Attempt, ...next, ...result } };
}
