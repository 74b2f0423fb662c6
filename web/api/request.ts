/** Milliseconds that lists go back unless another time is chosen. */
export const HOUR_MS = 3_600_000;
/** Log rows of one request. */
export const PAGE = 200;

/** What a request asks for, by name. */
export type Parameters = Readonly<Record<string, string | number>>;

/** Path of a request of the API. */
export function apiPath(path: string, parameters: Parameters): string {
  const values = Object.entries(parameters).map(([name, value]) => [name, `${value}`]);
  return `/api/${path}${values.length === 0 ? "" : `?${new URLSearchParams(values)}`}`;
}

/** The newest log rows of a filter and of so many milliseconds until now. */
export function newestRows(filter: string, last: number): Parameters {
  return { filter, last, limit: PAGE };
}
