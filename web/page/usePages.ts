import { useEffect, useRef, useState } from "preact/hooks";
import type { LogRow, StepRow } from "../api/rows";
import { ask } from "./api";

/** Rows of one request. */
export const PAGE = 200;
/** Milliseconds for which rows must be in sight to be fetched: whoever scrolls past does not want them. */
const SETTLED_MS = 60;

/** Log rows that are fetched as they come into sight. */
export interface Pages {
  state: "loading" | "there" | "failed";
  /** As far as it is known: the first rows are there before the others are counted. */
  total: number;
  /** How many there are over time. */
  histogram: readonly StepRow[];
  at: (index: number) => LogRow | undefined;
  /** Fetches the rows from one index to another, where they are missing. */
  need: (first: number, end: number) => void;
  /** Why there are none, or why they are not kept up to date. */
  error?: string;
}

interface Loaded {
  key: string;
  /** End of the time, in milliseconds: later rows would move the others. */
  to: number;
  total: number;
  histogram: readonly StepRow[];
  pages: ReadonlyMap<number, LogRow[]>;
}

type Parameters = Readonly<Record<string, string | number>>;

/**
 * All log rows of a filter. With `everyMs` the list begins anew in that interval, as long as its first rows are what is looked at.
 */
export function usePages(parameters: Parameters, everyMs?: number): Pages {
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState<string>();
  const asked = useRef(new Set<number>());
  const isAtTop = useRef(true);
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);
  const key = JSON.stringify(parameters);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = async () => {
      const to = Date.now() + 1;
      if (!isAtTop.current && loaded?.key === key) return;
      const { rows } = await ask<{ rows: LogRow[] }>("logs", { ...parameters, to, limit: PAGE }, stop.signal);
      asked.current = new Set([0]);
      setLoaded((before) => firstRows(before?.key === key ? before : undefined, { key, to, rows }));
      setError(undefined);
      const counted = await ask<{ rows: StepRow[] }>("histogram", { ...parameters, to }, stop.signal);
      setLoaded((now) => (now?.to === to ? withCounts(now, counted.rows) : now));
    };
    const again = () =>
      begin()
        .catch((failure: Error) => stop.signal.aborted || setError(failure.message))
        .finally(() => {
          if (everyMs !== undefined && !stop.signal.aborted) timer = setTimeout(again, everyMs);
        });
    again();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs]);
  const fetchPages = (first: number, end: number) => {
    if (loaded === undefined || loaded.key !== key) return;
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1) {
      if (asked.current.has(page)) continue;
      asked.current.add(page);
      const { to } = loaded;
      const query = { ...parameters, to, limit: PAGE, offset: page * PAGE };
      ask<{ rows: LogRow[] }>("logs", query, new AbortController().signal).then(
        ({ rows }) =>
          setLoaded((now) => (now?.to === to ? { ...now, pages: new Map(now.pages).set(page, rows) } : now)),
        () => asked.current.delete(page),
      );
    }
  };
  const need = (first: number, end: number) => {
    isAtTop.current = first === 0;
    clearTimeout(settling.current);
    settling.current = setTimeout(() => fetchPages(first, end), SETTLED_MS);
  };
  const current = loaded?.key === key ? loaded : undefined;
  const at = (index: number) => current?.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  const state = current !== undefined ? "there" : error === undefined ? "loading" : "failed";
  const { total = 0, histogram = [] } = current ?? {};
  return { state, total, histogram, at, need, ...(error === undefined ? {} : { error }) };
}

/** What is known with the first rows; what was counted before stands until it is counted anew. */
function firstRows(
  before: Loaded | undefined,
  { key, to, rows }: { key: string; to: number; rows: LogRow[] },
): Loaded {
  const total = rows.length < PAGE ? rows.length : Math.max(rows.length, before?.total ?? 0);
  return { key, to, total, histogram: before?.histogram ?? [], pages: new Map([[0, rows]]) };
}

function withCounts(loaded: Loaded, histogram: StepRow[]): Loaded {
  const total = histogram.reduce((sum, { rows }) => sum + Number(rows), 0);
  return { ...loaded, histogram, total };
}
