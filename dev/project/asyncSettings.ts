import { type Destination, destinationOf } from "./routes";
import { lastPart, mapOf, numberOf, textOf } from "./values";

/** A possible destination of the outcome of an asynchronous invocation. */
export type OutcomeTarget = Destination | { kind: "topic" | "bus"; name: string };

/** Settings of asynchronous invocations: those by topics, rules, schedules and Invoke with `Event`. */
export interface AsyncSettings {
  /** Number of retries of a failed event. */
  retries: number;
  onSuccess?: OutcomeTarget;
  onFailure?: OutcomeTarget;
  /** Receives the event itself if no destination receives the outcome. */
  deadLetter?: OutcomeTarget;
}

/** Lambda's defaults if nothing is configured. */
export const asyncDefaults: AsyncSettings = { retries: 2 };

/** Settings as in a template or an answer of AWS, with ARNs. */
export interface GivenAsyncSettings {
  retries?: unknown;
  onSuccess?: unknown;
  onFailure?: unknown;
  deadLetter?: unknown;
}

/** @returns undefined if nothing is given, so that Lambda's defaults apply. */
export function asyncSettingsOf(given: GivenAsyncSettings): { asynchronous?: AsyncSettings } {
  const { retries, ...arns } = given;
  const targets = Object.fromEntries(
    Object.entries(arns).flatMap(([name, arn]) => {
      const target = outcomeTargetOf(textOf(arn));
      return target === undefined ? [] : [[name, target]];
    }),
  );
  if (retries === undefined && Object.keys(targets).length === 0) return {};
  return { asynchronous: { retries: numberOf(retries, asyncDefaults.retries), ...targets } };
}

/** The settings in CloudFormation's EventInvokeConfig, SAM and Lambda's API. */
export function eventInvokeSettings(config: unknown): GivenAsyncSettings {
  const { MaximumRetryAttempts, DestinationConfig } = mapOf(config);
  const { OnSuccess, OnFailure } = mapOf(DestinationConfig);
  return {
    retries: MaximumRetryAttempts,
    onSuccess: mapOf(OnSuccess).Destination,
    onFailure: mapOf(OnFailure).Destination,
  };
}

/** Undefined for what is not emulated here, such as a bucket. */
function outcomeTargetOf(arn: string | undefined): OutcomeTarget | undefined {
  const kind = /^arn:[\w-]+:sns:/.test(arn ?? "")
    ? "topic"
    : /:event-bus\//.test(arn ?? "")
      ? "bus"
      : undefined;
  return kind === undefined || arn === undefined ? destinationOf(arn) : { kind, name: lastPart(arn) };
}
