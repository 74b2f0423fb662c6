import { HOUR_MS } from "../api/request";

/** The views of the page; the last one exists if functions can be invoked. */
export const views = ["logs", "traces", "invocations", "invoke"] as const;
export type View = (typeof views)[number];

/** What the page shows; kept in the address, so that it can be shared and the Back button works. */
export interface Place {
  view: View;
  filter: string;
  /** Length of the time range until now, in milliseconds. */
  last: number;
  /** Whether the newest log line is the last of the list, as with `tail -f`. */
  newestLast: boolean;
  /** The trace that is open on top of the list. */
  trace?: string;
}

/** Reads the part of an address after `#`; missing and invalid values get their defaults. */
export function placeOf(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [name, trace] = path.split("/");
  const parameters = new URLSearchParams(query);
  const last = Number(parameters.get("last"));
  return {
    view: views.find((view) => view === name) ?? "logs",
    filter: parameters.get("filter") ?? "",
    last: last > 0 ? last : HOUR_MS,
    newestLast: parameters.get("newest") === "last",
    ...(trace !== undefined && /^[0-9a-f]{32}$/.test(trace) ? { trace } : {}),
  };
}

/** The opposite of {@link placeOf}. */
export function hashOf({ view, filter, last, newestLast, trace }: Place): string {
  const parameters = new URLSearchParams();
  if (filter !== "") parameters.set("filter", filter);
  if (last !== HOUR_MS) parameters.set("last", `${last}`);
  if (newestLast) parameters.set("newest", "last");
  const query = parameters.toString();
  return `#/${view}${trace === undefined ? "" : `/${trace}`}${query && `?${query}`}`;
}
