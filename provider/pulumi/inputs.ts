import * as pulumi from "@pulumi/pulumi";

/** Whether the value is already available, neither an output nor a promise. Its parts may still be either. */
export function isPlain<T>(value: pulumi.Input<T>): value is T & NonNullable<unknown> {
  return value !== undefined && !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}

/** A value that may be an output or a promise; undefined if an output is not known in a preview. */
export async function awaited<T>(value: pulumi.Input<T>): Promise<T | undefined> {
  if (!pulumi.Output.isInstance(value)) return value;
  return (value as unknown as { promise(): Promise<T | undefined> }).promise();
}

/** The resources of all these lists; none for a list that is not known in a preview. */
export async function awaitedResources(
  lists: readonly pulumi.Input<pulumi.Resource[]>[],
): Promise<pulumi.Resource[]> {
  const known = await Promise.all(lists.map(awaited<pulumi.Resource[]>));
  return known.flatMap((resources) => resources ?? []);
}

/**
 * Plain data without absent values: Pulumi passes `undefined` of one language as `null` to another, in arguments and in
 * the values of outputs, and treats it as omitted. Outputs, assets and the items of lists are unchanged.
 * @returns the value itself if nothing has to be removed.
 */
export function withoutAbsent<T>(value: T): T {
  if (!isMap(value)) return value;
  const entries = Object.entries(value);
  const present = entries.flatMap(([name, item]) => {
    const kept: unknown = withoutAbsent(item);
    return kept === undefined || kept === null ? [] : [[name, kept] as const];
  });
  const same = present.length === entries.length && present.every(([, item], i) => item === entries[i]?.[1]);
  return same ? value : (Object.fromEntries(present) as T);
}

type Values<T extends readonly unknown[]> = { [K in keyof T]: pulumi.Unwrap<T[K]> };

/**
 * Like `pulumi.all(values).apply(combine)`, but at once if nothing has to be awaited, as with literals in a program:
 * each such output creates 54 promises or more, which is noticeable with a hundred functions. Values that turn out to
 * be absent are undefined, and are removed from maps.
 * @returns the result itself, or an output of it.
 */
export function combined<const T extends readonly unknown[], R>(
  values: T,
  combine: (values: Values<T>) => R,
): R | pulumi.Output<R> {
  if (values.every(isThere)) return combine(values as Values<T>);
  const all = pulumi.all([...values]) as unknown as pulumi.Output<Values<T>>;
  const present = (found: Values<T>) =>
    combine(found.map((one) => withoutAbsent(one ?? undefined)) as Values<T>);
  return all.apply(present) as pulumi.Output<R>;
}

/** Whether nothing in the value is an output, a promise or anything else but plain data. */
function isThere(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  if (Array.isArray(value)) return value.every(isThere);
  return isMap(value) && Object.values(value).every(isThere);
}

/** Whether this is plain data, and not an asset, a resource or an output. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
