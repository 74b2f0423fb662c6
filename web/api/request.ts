/** Default time range of lists, in milliseconds. */
export const HOUR_MS = 3_600_000;
/** Number of log rows per request. */
export const PAGE = 200;

/** The parameters of a request, by name. */
export type Parameters = Readonly<Record<string, string | number>>;

/** Path of a request of the API. */
export function apiPath(path: string, parameters: Parameters): string {
  const values = Object.entries(parameters).map(([name, value]) => [name, `${value}`]);
  return `/api/${path}${values.length === 0 ? "" : `?${new URLSearchParams(values)}`}`;
}

/** The newest log rows of a filter in the last milliseconds. */
export function newestRows(filter: string, last: number): Parameters {
  return { filter, last, limit: PAGE };
}
