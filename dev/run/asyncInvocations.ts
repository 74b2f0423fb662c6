import { setTimeout } from "node:timers/promises";
import type { InvocationResult } from "../../sandbox";
import type { AsyncSettings, OutcomeTarget } from "../project/asyncSettings";
import { deadLetter, type Outcome, outcomeRecord } from "./outcome";
import type { SentMessage } from "./sqs";

/** Delays before the retries (Lambda developer guide, "How Lambda handles errors and retries"). */
const pauses = [
  { ms: 1_000, onLambda: "1 minute" },
  { ms: 2_000, onLambda: "2 minutes" },
] as const;

/** The dependencies of asynchronous invocations. */
export interface AsyncSurroundings {
  run(name: string, event: unknown): Promise<InvocationResult>;
  settingsOf(name: string): AsyncSettings;
  /**
   * Forwards an outcome or an event to the destination in the function's settings.
   * @returns whether a function here receives it.
   */
  forward(to: OutcomeTarget, message: SentMessage, from: string): boolean;
  tell(notice: string): void;
  /** Waits. Default: a timer. */
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** Runs asynchronous invocations as Lambda does: retries while the function fails, then the destination or dead-letter queue. */
export class AsyncInvocations {
  private readonly stopping = new AbortController();

  constructor(private readonly surroundings: AsyncSurroundings) {}

  /** @returns whether the function finally succeeded. Results are shown where it runs. */
  async invoke(name: string, event: unknown): Promise<boolean> {
    const { run, settingsOf, tell, wait = pause } = this.surroundings;
    const { signal } = this.stopping;
    for (let attempts = 1; ; attempts += 1) {
      let result: InvocationResult;
      try {
        result = await run(name, event);
      } catch (error) {
        if (!signal.aborted) tell(`${name}: ${(error as Error).message}`);
        return false;
      }
      const { retries } = settingsOf(name);
      const { [attempts - 1]: next } = pauses;
      if (result.status === "success" || attempts > retries || next === undefined)
        return this.end({ name, event, result, attempts });
      tell(`${name} failed; retry in ${next.ms / 1000} s (Lambda waits ${next.onLambda})`);
      await wait(next.ms, signal).catch(() => {});
      if (signal.aborted) return false;
    }
  }

  /** Ends the waiting: nothing is retried. */
  stop(): void {
    this.stopping.abort();
  }

  private end(outcome: Outcome): boolean {
    const { settingsOf } = this.surroundings;
    const { name, attempts, result } = outcome;
    const { onSuccess, onFailure, deadLetter: letters } = settingsOf(name);
    if (result.status === "success") {
      if (onSuccess !== undefined) this.forward(`${name} succeeded`, onSuccess, outcome);
      return true;
    }
    const failed = attempts === 1 ? `${name} failed` : `${name} failed ${attempts} times`;
    if (onFailure !== undefined) this.forward(failed, onFailure, outcome);
    if (letters !== undefined) this.forward(failed, letters, outcome, deadLetter(outcome));
    if (onFailure === undefined && letters === undefined)
      this.surroundings.tell(
        `${failed}; the event is discarded: the function has no on-failure destination and no dead-letter queue`,
      );
    return false;
  }

  private forward(
    what: string,
    to: OutcomeTarget,
    outcome: Outcome,
    message: SentMessage = { MessageBody: JSON.stringify(outcomeRecord(outcome, Date.now())) },
  ): void {
    const { forward, tell } = this.surroundings;
    const given = message.MessageAttributes === undefined ? "its record" : "its event";
    const nobody = forward(to, message, outcome.name) ? "" : ", which no function here reads";
    tell(`${what}; ${given} goes to the ${to.kind} ${to.name}${nobody}`);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<unknown> {
  return setTimeout(ms, undefined, { signal });
}
