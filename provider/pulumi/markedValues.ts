/**
 * Works around a fault of @pulumi/pulumi, up to 3.248.0 at least: a transform gets outputs for what the program made, but
 * from another transform before it Pulumi's own marks of secret and unknown values (`deserializeProperty` in
 * sdk/nodejs/runtime/rpc.ts, used as it is by `registerTransform` in callbacks.ts).
 * Not needed any more once Pulumi hands outputs to every transform.
 */

import * as pulumi from "@pulumi/pulumi";
import { isUnknown } from "@pulumi/pulumi/output";
import { awaited, isMap } from "./inputs";

/**
 * A transform's properties with outputs in place of marks, at any depth: in lists and maps, in secrets, and in the values
 * of outputs. Outputs without marks, assets, archives and resources stay the objects that they are.
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

/** Plain data with outputs in place of marks. */
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
