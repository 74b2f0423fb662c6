import * as pulumi from "@pulumi/pulumi";

/** A value that may be an output or a promise; undefined where an output is not known in a preview. */
export async function awaited<T>(value: pulumi.Input<T>): Promise<T | undefined> {
  if (!pulumi.Output.isInstance(value)) return value;
  return (value as unknown as { promise(): Promise<T | undefined> }).promise();
}

/** The resources of all these lists; none of a list that is not known in a preview. */
export async function awaitedResources(
  lists: readonly pulumi.Input<pulumi.Resource[]>[],
): Promise<pulumi.Resource[]> {
  const known = await Promise.all(lists.map(awaited<pulumi.Resource[]>));
  return known.flatMap((resources) => resources ?? []);
}
