import * as pulumi from "@pulumi/pulumi";
import { awaited } from "./inputs";

/** The origin of a value, as far as it is the same in a preview and in its update. */
export interface ValueOrigin {
  /** URNs of the resources that it comes from, sorted. */
  urns: string[];
  /** Texts in it that do not come from a resource. */
  texts: string[];
}

/**
 * Searches lists, maps and outputs; an output of resources is represented by these, whether its value is known or not.
 */
export async function originOf(value: unknown): Promise<ValueOrigin> {
  const found = { urns: new Set<string>(), texts: [] as string[] };
  await collect(value, found);
  return { urns: [...found.urns].sort(), texts: found.texts };
}

async function collect(value: unknown, found: { urns: Set<string>; texts: string[] }): Promise<void> {
  if (pulumi.Output.isInstance(value)) {
    const resources = resourcesOf(value);
    for (const { urn } of resources) found.urns.add((await awaited(urn)) ?? "");
    return resources.length > 0 ? undefined : collect(await awaited<unknown>(value), found);
  }
  if (value instanceof Promise) return collect(await value, found);
  if (typeof value === "string") found.texts.push(value);
  if (typeof value !== "object" || value === null) return;
  for (const inner of Object.values(value)) await collect(inner, found);
}

/** The resources from which an output was created; part of outputs in every Pulumi version. */
function resourcesOf(output: pulumi.Output<unknown>): pulumi.Resource[] {
  return [...(output as unknown as { resources(): Set<pulumi.Resource> }).resources()];
}
