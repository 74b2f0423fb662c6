import { setTimeout } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { awaited } from "./inputs";

/** What providers are being asked. */
const underWay = new Set<Promise<unknown>>();

/** Longest wait for answers, in milliseconds: an AWS that does not answer must not keep an error from being shown. */
const longestWait = 3000;

/** Waits for what providers are being asked: an engine that ends meanwhile would report each as an error of its own. */
export async function answersAreThere(): Promise<void> {
  const given = new AbortController();
  const tooLong = setTimeout(longestWait, undefined, { ref: false, signal: given.signal }).catch(() => {});
  await Promise.race([Promise.allSettled(underWay), tooLong]);
  given.abort();
}

/**
 * Something that is asked of a provider once in a deployment, however many functions want it.
 * @param ask what asks the provider that these options lead to.
 */
export function perProvider<T>(
  ask: (options: pulumi.InvokeOptions) => T,
): (options: pulumi.InvokeOptions) => T {
  const answers = new WeakMap<object, T>();
  return (options) => {
    // The default provider has no resource in the program; what stands for the deployment stands for it.
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
