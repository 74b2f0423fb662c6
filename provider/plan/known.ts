/** Stands for a value that is only known once the resource that it comes from has been created. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** A value, or the marker that it is not known yet. */
export type Known<T> = T | typeof UNKNOWN;

/** Whether the value is neither absent nor unknown. */
export function isKnown<T>(value: Known<T> | null | undefined): value is T {
  return value !== UNKNOWN && value !== undefined && value !== null;
}

/** The value, or undefined if it is not known. */
export function knownValue<T>(value: Known<T> | null | undefined): T | undefined {
  return isKnown(value) ? value : undefined;
}

/** The entries of a map; none if it is not known. */
export function entriesOf<T>(map: Known<Record<string, T>> | null | undefined): Record<string, T> {
  return isKnown(map) ? map : {};
}

/** Whether a part of the value is not known. */
export function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsUnknown);
}
