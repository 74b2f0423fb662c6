import * as pulumi from "@pulumi/pulumi";

/** A value that may be an output or a promise; undefined where an output is not known in a preview. */
export async function awaited<T>(value: pulumi.Input<T>): Promise<T | undefined> {
  if (!pulumi.Output.isInstance(value)) return value;
  return (value as unknown as { promise(): Promise<T | undefined> }).promise();
}
