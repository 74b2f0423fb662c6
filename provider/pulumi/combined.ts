import * as pulumi from "@pulumi/pulumi";
import { withoutAbsent } from "./absent";

type Values<T extends readonly unknown[]> = { [K in keyof T]: pulumi.Unwrap<T[K]> };

/**
 * As `pulumi.all(values).apply(combine)`, but at once where nothing has to be waited for, as with literals in a program:
 * each such output makes 54 promises or more, which a hundred functions feel.
 * What turns out to have no value is undefined, and left out of maps.
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

/** Whether nothing in the value is an output, a promise or anything else that is more than data. */
function isThere(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  if (Array.isArray(value)) return value.every(isThere);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isThere);
}
