import type { Configuration } from "./functionState";

/**
 * The variable that records what this tool added to a function. It is written by the same update as the change itself,
 * so that one never exists without the other (docs/decisions/0013-record-of-a-change.md). The extension does not read
 * it.
 */
export const recordVariable = "INSTRUMENTED_BY_CLICKSTACK_LAMBDA";

const form = /^v1 layers=(?<layers>[^ ]*) variables=(?<variables>[^ ]*)$/;

/** Whether this tool has changed the function. */
export function hasRecord({ variables }: Configuration): boolean {
  return Object.hasOwn(variables, recordVariable);
}

/**
 * The configuration as it was before this tool changed it, with everything that others have changed since.
 * @returns the configuration itself if there is no record, undefined if the record cannot be read.
 */
export function originalOf(current: Configuration): Configuration | undefined {
  const record = current.variables[recordVariable];
  if (record === undefined) return { layers: current.layers, variables: current.variables };
  const groups = form.exec(record)?.groups;
  if (groups === undefined) return undefined;
  const [layers, names] = [listOf(groups.layers), listOf(groups.variables)];
  const isAdded = (name: string) => name === recordVariable || names.includes(name);
  return {
    layers: current.layers.filter((arn) => !layers.includes(layerOf(arn))),
    variables: Object.fromEntries(Object.entries(current.variables).filter(([name]) => !isAdded(name))),
  };
}

/** The changed configuration with the record of what was added to the original. */
export function withRecord(original: Configuration, changed: Configuration): Configuration {
  const layers = changed.layers.filter((arn) => !original.layers.includes(arn)).map(layerOf);
  const names = Object.keys(changed.variables).filter((name) => !Object.hasOwn(original.variables, name));
  const record = `v1 layers=${layers.join(",")} variables=${names.sort().join(",")}`;
  return { layers: changed.layers, variables: { ...changed.variables, [recordVariable]: record } };
}

/** Account and name of a layer, which stay the same if somebody selects another version of it. */
function layerOf(arn: string): string {
  const [, , , , account = "", , name = arn] = arn.split(":");
  return `${account}:${name}`;
}

function listOf(text: string | undefined): string[] {
  return text ? text.split(",") : [];
}
