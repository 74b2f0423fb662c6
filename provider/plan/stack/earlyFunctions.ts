import { nameOf, typesOf } from "../names/resourceUrn";
import { type FunctionCandidate, type FunctionChoice, isObserved } from "./functionFilter";

/** Type of a function of the aws package. */
export const functionType = "aws:lambda/function:Function";
/** Type of the component that observes its own function. */
export const componentType = "clickstack-lambda:index:ObservedFunction";

/** A stack's state from the engine: outputs by URN. */
export type StackOutputs = Readonly<Record<string, { outputs?: Record<string, unknown> | null } | null>>;

/**
 * Properties with a function's code; one that the program only reads (`Function.get`) has none of them in the state.
 */
const codeProperties = ["code", "s3Bucket", "imageUri"];

/**
 * The functions in a stack's state that would be observed if they were registered after the transform.
 * @param seen URNs of those that were.
 */
export function unseenFunctions(
  outputs: StackOutputs,
  choice: FunctionChoice,
  seen: ReadonlySet<string>,
): string[] {
  return Object.entries(outputs).flatMap(([urn, values]) => {
    const types = typesOf(urn).split("$");
    if (seen.has(urn) || types.at(-1) !== functionType || types.includes(componentType)) return [];
    const found = values?.outputs ?? {};
    if (found.packageType === "Image" || !codeProperties.some((key) => found[key])) return [];
    return isObserved(candidateOf(nameOf(urn), found), choice) ? [urn] : [];
  });
}

/**
 * The resources that distinguish a refresh of the state from registrations of a program: all except the functions
 * themselves, the stack and the providers, which come before everything else.
 */
export function refreshWitnesses(outputs: StackOutputs): string[] {
  return Object.keys(outputs).filter((urn) => {
    const type = typesOf(urn).split("$").at(-1) ?? "";
    return type !== functionType && !type.startsWith("pulumi:");
  });
}

/**
 * Whether the engine may have refreshed the state before it ran the program (`--refresh`): then it knows every resource
 * of the state, before the program registers any. A resource that was deleted elsewhere is in a preview's state, but
 * not known.
 * @param known whether the engine knows each of {@link refreshWitnesses}.
 */
export function mayBeRefreshed(known: readonly boolean[]): boolean {
  return 2 * known.filter(Boolean).length >= known.length;
}

/** Maximum time in milliseconds between a first update's functions and the observer of its stack. */
const firstUpdate = 10 * 60_000;

/**
 * The functions that were registered too early, if the engine may know them from a refresh: those that a stack's first
 * update may have created just now. A stack with outputs has been updated before.
 * @param now time in milliseconds.
 */
export function madeInFirstUpdate(outputs: StackOutputs, urns: readonly string[], now: number): string[] {
  const root = Object.keys(outputs).find((urn) => typesOf(urn) === "pulumi:pulumi:Stack");
  if (root !== undefined && Object.keys(outputs[root]?.outputs ?? {}).length > 0) return [];
  return urns.filter((urn) => Date.parse(String(outputs[urn]?.outputs?.lastModified)) >= now - firstUpdate);
}

/** A function for a filter, without values of other types. */
export function candidateOf(name: string, values: Readonly<Record<string, unknown>>): FunctionCandidate {
  const tags = Object.entries((values.tags ?? {}) as Record<string, unknown>);
  return {
    name,
    tags: Object.fromEntries(tags.filter((tag): tag is [string, string] => typeof tag[1] === "string")),
    ...(typeof values.name === "string" ? { functionName: values.name } : {}),
    ...(typeof values.runtime === "string" ? { runtime: values.runtime } : {}),
  };
}

/** The message for functions that were registered too early, with the fix for each language. */
export function describeEarly(observer: string, urns: readonly string[]): string {
  const names = urns.map((urn) => `"${nameOf(urn)}" (${urn})`).join(", ");
  return `${observer}: registered after these functions, which are therefore not observed: ${names}. Create it before all functions and wait for it: \`observed.settled()\` in Python, \`observed.Settled(ctx)\` in Go, \`await observed.settled()\` in TypeScript; in YAML, .NET and Java let the functions depend on it (dependsOn), or the one default aws provider of the program. If it is created before them and the command has the option --refresh, run it once without that option: the engine counts every function that it refreshes as registered`;
}

/** The message for a second observer of a stack. */
export function describeSecond(observer: string, other: string): string {
  return `${observer}: the functions of this stack are already observed by ${other}, and each can be observed only once: remove one of the two, and select all functions with the include and exclude of the other`;
}
