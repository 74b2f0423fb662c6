/**
 * Works around a bug of @pulumi/pulumi, up to 3.248.0 at least: a transform receives outputs for values of the program,
 * but from an earlier transform it receives Pulumi's own markers for secret and unknown values (`deserializeProperty`
 * in sdk/nodejs/runtime/rpc.ts, used directly by `registerTransform` in callbacks.ts).
 * No longer needed once Pulumi passes outputs to every transform.
 */

import * as pulumi from "@pulumi/pulumi";
import { isUnknown } from "@pulumi/pulumi/output";
import { awaited, isMap } from "./inputs";

/**
 * A transform's properties with outputs instead of markers, at any depth: in lists and maps, in secrets, and in the
 * values of outputs. Outputs without markers, assets, archives and resources remain the same objects.
 */
export async function withOutputs(props: pulumi.Inputs): Promise<pulumi.Inputs> {
  const entries = Object.entries(props).map(
    async ([key, value]) => [key, await withoutMarks(value)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function withoutMarks(value: unknown): Promise<unknown> {
  if (!pulumi.Output.isInstance(value)) return toOutputs(value);
  return holdsMark(await awaited(value)) ? value.apply(toOutputs) : value;
}

/** Plain data with outputs instead of markers. */
function toOutputs(value: unknown): unknown {
  if (isUnknown(value)) return pulumi.output(value);
  if (pulumi.runtime.isRpcSecret(value))
    return pulumi.secret(toOutputs(pulumi.runtime.unwrapRpcSecret(value)));
  if (Array.isArray(value)) return value.map(toOutputs);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toOutputs(inner)]));
}

function holdsMark(value: unknown): boolean {
  if (isUnknown(value) || pulumi.runtime.isRpcSecret(value)) return true;
  if (Array.isArray(value)) return value.some(holdsMark);
  return isMap(value) && Object.values(value).some(holdsMark);
}
