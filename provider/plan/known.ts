/** Stands for a value that is only known once the resource that it comes from has been created. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** A value, or the mark that it is not known yet. */
export type Known<T> = T | typeof UNKNOWN;

/** Whether the value is there already: neither absent nor still unknown. */
export function isKnown<T>(value: Known<T> | null | undefined): value is T {
  return value !== UNKNOWN && value !== undefined && value !== null;
}
