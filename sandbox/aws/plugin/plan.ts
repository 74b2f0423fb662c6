import type { ResourceType } from "./base/resource";
import { invalidInputs } from "./base/validators";
import {
  defaultsKey,
  hasUnknown,
  isObject,
  type PropertyMap,
  sameJson,
  sameValue,
  unknownValue,
} from "./base/values";
import { type AutoNaming, autoName } from "./naming";

/** What the provider's settings contribute to every resource. */
export interface ProviderContext {
  region?: string;
  defaultTags: Record<string, string>;
}

/** An input that is rejected, and why. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** How a resource differs from what it was. */
export interface Difference {
  changed: string[];
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** Fills in names and defaults, and rejects what the resource type does not accept. */
export function checkInputs(
  type: ResourceType,
  check: { name: string; olds: PropertyMap; news: PropertyMap; seed: Uint8Array; naming?: AutoNaming },
): { inputs: PropertyMap; failures: CheckFailure[] } {
  const inputs: PropertyMap = { ...check.news };
  delete inputs[defaultsKey];
  const failures = refusals(type, inputs);
  const filled: string[] = [];
  for (const key of type.json ?? []) {
    if (isObject(inputs[key])) inputs[key] = JSON.stringify(inputs[key]);
  }
  for (const [key, value] of Object.entries(type.defaults ?? {})) {
    if (inputs[key] !== undefined) continue;
    inputs[key] = value;
    filled.push(key);
  }
  if (type.autoName && inputs.name === undefined && inputs.namePrefix === undefined) {
    const kept = wasFilled(check.olds, "name") ? check.olds.name : undefined;
    inputs.name = kept ?? named(type, type.autoName.maxLength, check);
    filled.push("name");
  }
  failures.push(...invalid(type, inputs, check.name));
  if (filled.length > 0) inputs[defaultsKey] = filled.sort();
  return { inputs, failures };
}

function refusals(type: ResourceType, inputs: PropertyMap): CheckFailure[] {
  const taken = new Set<string>(type.regional ? [...type.inputs, "region"] : type.inputs);
  const refused = Object.keys(inputs)
    .filter((property) => !taken.has(property))
    .map((property) => ({
      property,
      reason: `the embedded AWS does not know the input "${property}" of ${type.token}`,
    }));
  const missing = (type.required ?? [])
    .filter((property) => inputs[property] === undefined)
    .map((property) => ({ property, reason: `Missing required argument "${property}"` }));
  return [...missing, ...refused];
}

function wasFilled(inputs: PropertyMap, key: string): boolean {
  const filled = inputs[defaultsKey];
  return Array.isArray(filled) && filled.includes(key);
}

function named(
  type: ResourceType,
  maxLength: number,
  check: { name: string; seed: Uint8Array; naming?: AutoNaming },
): string {
  try {
    return autoName(check.name, maxLength, check);
  } catch (error) {
    throw new Error(`could not make instance of '${type.token}': ${(error as Error).message}`);
  }
}

/** What the real provider rejects at preview, including names that it generated. */
function invalid(type: ResourceType, inputs: PropertyMap, name: string): CheckFailure[] {
  const found = invalidInputs(type.validators ?? {}, inputs).map(({ property, problem }) => ({
    property,
    reason: `${problem}. Examine values at '${name}.${property}'.`,
  }));
  const choices = type.exactlyOneOf ?? [];
  const given = choices.filter((key) => inputs[key] !== undefined);
  if (choices.length === 0 || given.length === 1) return found;
  const what = given.length === 0 ? "one of" : "only one of";
  const problem = `"${choices[0]}": ${what} \`${choices.join(",")}\` ${given.length === 0 ? "must" : "can"} be specified`;
  return [...found, { property: choices[0] ?? "", reason: `Invalid combination of arguments: ${problem}` }];
}

/** Compares new inputs with old ones. Equal JSON documents and equal contents of archives are no difference. */
export function difference(
  type: ResourceType,
  context: ProviderContext,
  olds: { inputs: PropertyMap; state: PropertyMap },
  news: PropertyMap,
): Difference {
  const keys = new Set([...Object.keys(olds.inputs), ...Object.keys(news)]);
  keys.delete(defaultsKey);
  keys.delete("region");
  const changed = [...keys].filter((key) => !same(type, key, olds.inputs[key], news[key]));
  if (
    takesTags(type) &&
    !changed.includes("tags") &&
    !sameValue(olds.state.tagsAll, allTags(context, news))
  ) {
    changed.push("tagsAll");
  }
  if (type.regional && olds.state.region !== (news.region ?? context.region)) changed.push("region");
  const replaces = changed.filter(
    (key) => key === "region" || type.replaceOn === "all" || type.replaceOn.includes(key),
  );
  // A name that the program sets cannot exist twice; a generated one is new for the replacement.
  const namesItself = type.autoName !== undefined && news.name !== undefined && !wasFilled(news, "name");
  const sameName = namesItself && news.name === olds.inputs.name && !replaces.includes("region");
  return { changed, replaces, deleteBeforeReplace: replaces.length > 0 && sameName };
}

function same(type: ResourceType, key: string, a: unknown, b: unknown): boolean {
  return type.json?.includes(key) ? sameJson(a, b) : sameValue(a, b);
}

/** True when the resource type has `tags` and so `tagsAll`. */
export function takesTags(type: ResourceType): boolean {
  return type.inputs.includes("tags");
}

/** The resource's own tags merged over the provider's default ones. */
export function allTags(context: Pick<ProviderContext, "defaultTags">, inputs: PropertyMap): PropertyMap {
  if (inputs.tags === unknownValue) return { ...context.defaultTags };
  return { ...context.defaultTags, ...(isObject(inputs.tags) ? inputs.tags : {}) };
}

/** The state that a preview returns: known inputs, the old outputs that stay, unknown for what AWS will determine. */
export function previewState(
  type: ResourceType,
  context: ProviderContext,
  inputs: PropertyMap,
  update?: { state: PropertyMap; changed: readonly string[] },
): PropertyMap {
  const unknowns = update ? (type.recomputed?.(update.changed, inputs) ?? []) : type.computed;
  const state: PropertyMap = {
    ...(update?.state ?? {}),
    ...Object.fromEntries((update ? type.inputs : []).map((key) => [key, undefined])),
    ...keptComputed(type, update?.state),
    ...Object.fromEntries(unknowns.map((key) => [key, unknownValue])),
    ...inputs,
  };
  delete state[defaultsKey];
  if (takesTags(type)) state.tagsAll = hasUnknown(inputs.tags) ? unknownValue : allTags(context, inputs);
  if (type.regional) state.region = inputs.region ?? context.region;
  return state;
}

function keptComputed(type: ResourceType, state: PropertyMap | undefined): PropertyMap {
  return Object.fromEntries(type.computed.map((key) => [key, state?.[key]]));
}

/**
 * The inputs after a refresh: where the resource was changed outside of the program, the new value replaces the old
 * one, so that the next update sees the drift and reverts it. Values that AWS determines if the program does not are
 * not changed.
 */
export function refreshedInputs(
  type: ResourceType,
  inputs: PropertyMap,
  before: PropertyMap,
  now: PropertyMap,
): PropertyMap {
  const refreshed = { ...inputs };
  for (const key of type.inputs) {
    const decidedByAws = type.computed.includes(key) && inputs[key] === undefined;
    if (decidedByAws || same(type, key, before[key], now[key])) continue;
    refreshed[key] = now[key];
  }
  return refreshed;
}

/** The inputs of a resource that is imported: everything that AWS returns and that the program could have set. */
export function importedInputs(type: ResourceType, state: PropertyMap): PropertyMap {
  const given = type.inputs.filter((key) => state[key] !== undefined && !sameValue(state[key], undefined));
  const defaults = Object.keys(type.defaults ?? {});
  const inputs: PropertyMap = { ...type.defaults };
  for (const key of given) {
    if (!type.computed.includes(key) || defaults.includes(key)) inputs[key] = state[key];
  }
  if (defaults.length > 0) inputs[defaultsKey] = [];
  return inputs;
}
