/**
 * Plain data without what has no value: Pulumi hands over `undefined` of one language as `null` to another, in arguments as
 * in the values of outputs, and means that it is omitted. Outputs, assets and the items of lists stay as they are.
 * @returns the value itself where nothing is to be left out.
 */
export function withoutAbsent<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value);
  const present = entries.flatMap(([name, item]) => {
    const kept: unknown = withoutAbsent(item);
    return kept === undefined || kept === null ? [] : [[name, kept] as const];
  });
  const same = present.length === entries.length && present.every(([, item], i) => item === entries[i]?.[1]);
  return same ? value : (Object.fromEntries(present) as T);
}
