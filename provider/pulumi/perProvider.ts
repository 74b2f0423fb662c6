import { setTimeout } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { awaited } from "./inputs";

/** Pending queries to providers. */
const underWay = new Set<Promise<unknown>>();

/** Maximum wait for responses, in milliseconds: if AWS does not respond, errors must still be shown. */
const longestWait = 3000;

/** Waits for pending queries to providers: an engine that ends during them would report each as a separate error. */
export async function answersAreThere(): Promise<void> {
  const given = new AbortController();
  const tooLong = setTimeout(longestWait, undefined, { ref: false, signal: given.signal }).catch(() => {});
  await Promise.race([Promise.allSettled(underWay), tooLong]);
  given.abort();
}

/**
 * Something that is queried from a provider once per deployment, however many functions need it.
 * @param ask queries the provider that these options select.
 */
export function perProvider<T>(
  ask: (options: pulumi.InvokeOptions) => T,
): (options: pulumi.InvokeOptions) => T {
  const answers = new WeakMap<object, T>();
  return (options) => {
    // The default provider has no resource in the program; the deployment's key represents it.
    const owner: object | undefined =
      options.provider ?? options.parent?.getProvider("aws:index") ?? pulumi.runtime.getMonitor();
    const before = owner && answers.get(owner);
    const answer = before ?? ask(options);
    if (before === undefined) remember(answer);
    if (owner !== undefined) answers.set(owner, answer);
    return answer;
  };
}

function remember(answer: unknown): void {
  const there = awaited(answer)
    .catch(() => {})
    .finally(() => underWay.delete(there));
  underWay.add(there);
}
