import * as pulumi from "@pulumi/pulumi";

/** The texts and numbers of arguments that are secret, for messages that must not show them. */
export async function secretValues(args: object): Promise<string[]> {
  return secretsIn(await pulumi.runtime.serializeProperties("arguments", args as pulumi.Inputs));
}

/** The same for arguments that Pulumi has serialized. */
export function secretsIn(serialized: unknown): string[] {
  if (typeof serialized !== "object" || serialized === null) return [];
  if (pulumi.runtime.isRpcSecret(serialized)) return valuesOf(pulumi.runtime.unwrapRpcSecret(serialized));
  return Object.values(serialized).flatMap(secretsIn);
}

/** Whether a part of the value is secret. */
export function holdsSecret(serialized: unknown): boolean {
  if (typeof serialized !== "object" || serialized === null) return false;
  return pulumi.runtime.isRpcSecret(serialized) || Object.values(serialized).some(holdsSecret);
}

/** All texts and numbers in a value that is secret as a whole, and the names in its maps. */
function valuesOf(value: unknown): string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(valuesOf);
  if (pulumi.runtime.isRpcSecret(value)) return valuesOf(pulumi.runtime.unwrapRpcSecret(value));
  return Object.entries(value).flatMap(([name, item]) => [
    ...(isPublicName(name) ? [] : [name]),
    ...valuesOf(item),
  ]);
}

/** Whether it can be the name of an argument or of an environment variable, which messages use to name the problem. */
function isPublicName(name: string): boolean {
  return /^(?:[a-z]+(?:[A-Z][a-z]*)*|[A-Z][A-Z0-9_]*)$/.test(name);
}
