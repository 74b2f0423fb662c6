import * as pulumi from "@pulumi/pulumi";
import { isPlain, variablesOf } from "./functionEnvironment";
import type { ObservedFunctionArgs } from "./observedFunctionArgs";
import { parseReferences, referenceText, type SecretReference } from "./plan/references";

/** The secrets and parameters that a function's extension will read. */
export interface FunctionReferences {
  /**
   * Whether there are any: `undefined` as long as it depends on values that are still to come.
   */
  any: boolean | undefined;
  /** The references. Not secret: they are ARNs. */
  references: pulumi.Output<SecretReference[]>;
}

/** Collects the references in everything that the extension reads as its settings. */
export function functionReferences(args: ObservedFunctionArgs): FunctionReferences {
  const sources = settingTexts(args);
  const plain = sources.filter((source): source is string => typeof source === "string");
  const certain = args.authorization !== undefined || plain.some((text) => parseReferences(text).length > 0);
  const authorization = args.authorization && pulumi.output(args.authorization).apply(referenceText);
  const references = pulumi
    .all([authorization ?? "", ...sources])
    .apply((texts) => texts.flat().flatMap(parseReferences));
  return {
    any: certain || (sources.length === plain.length ? false : undefined),
    references: pulumi.unsecret(references),
  };
}

/** Values that the extension looks for references in: one text, or those of a map that is still to come. */
function settingTexts(args: ObservedFunctionArgs): (pulumi.Input<string> | pulumi.Output<string[]>)[] {
  const own = variablesOf(args.environment);
  const maps = [args.headers, args.settings, args.resourceAttributes].flatMap((map) =>
    map === undefined ? [] : mapTexts(map, () => true),
  );
  const ownTexts = mapTexts(own, (name) => name.startsWith("ROTEL_"));
  return [...(args.endpoint === undefined ? [] : [args.endpoint]), ...maps, ...ownTexts];
}

function mapTexts(
  map: pulumi.Input<Record<string, pulumi.Input<string>>>,
  wanted: (name: string) => boolean,
): (pulumi.Input<string> | pulumi.Output<string[]>)[] {
  const select = <T>(values: Record<string, T>) =>
    Object.entries(values).flatMap(([name, value]) => (wanted(name) ? [value] : []));
  return isPlain(map) ? select(map) : [pulumi.output(map).apply(select)];
}
