/** Values as the engine sends them to a provider of custom resources. */
import * as pulumi from "@pulumi/pulumi";

/** Properties whose secrets are plain values. */
export type Revealed = Readonly<Record<string, unknown>>;

/** Properties with secrets revealed. */
export function reveal(properties: unknown): Revealed {
  return Object.fromEntries(Object.entries(Object(properties)).map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): unknown {
  return pulumi.runtime.isRpcSecret(value) ? pulumi.runtime.unwrapRpcSecret(value) : value;
}

/** A value that the engine keeps as a secret. */
export function secret(value: unknown): Record<string, unknown> {
  return { [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig, value };
}

/** Whether a value only becomes known during the update. */
export function isUnknown(value: unknown): boolean {
  return value === pulumi.runtime.unknownValue;
}
