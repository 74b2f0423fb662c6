import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { newestRows, PAGE } from "../api/request";
import type { LogRow, LogRows, StepRow } from "../api/rows";
import { ask } from "./api";

/** Milliseconds for which rows must be in sight to be fetched: whoever scrolls past does not want them. */
const SETTLED_MS = 60;
/** Milliseconds after its first rows at which all are counted, so that drawing them, and a filter typed at once, come first. */
const COUNTED_AFTER_MS = 100;

/** Log rows that are fetched as they come into sight. */
export interface Pages {
  state: "loading" | "there" | "failed";
  /** As far as it is known: the first rows are there before the others are counted. */
  total: number;
  /** How many there are over time. */
  histogram: readonly StepRow[];
  /** That time, in milliseconds since 1970. */
  from: number;
  to: number;
  at: (index: number) => LogRow | undefined;
  /** Fetches the rows from one index to another, where they are missing. */
  need: (first: number, end: number) => void;
  /** Why there are none, or why they are not kept up to date. */
  error?: string;
}

/** What a list is asked for: `last` in milliseconds. */
interface Asked {
  filter: string;
  last: number;
}

interface Loaded {
  key: string;
  filter: string;
  /** The time, in milliseconds: later rows would move the others. */
  from: number;
  to: number;
  total: number;
  histogram: readonly StepRow[];
  pages: ReadonlyMap<number, LogRow[]>;
}

/**
 * All log rows of a filter in so many milliseconds until now. With `everyMs` the list begins anew in that interval, as long as its
 * first rows are what is looked at.
 */
export function usePages({ filter, last }: Asked, everyMs?: number): Pages {
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState<string>();
  const isAtTop = useRef(true);
  /** Whose rows are there. */
  const shown = useRef("");
  const key = JSON.stringify([filter, last]);
  const begin = async (signal: AbortSignal) => {
    if (!isAtTop.current && shown.current === key) return;
    const first = await ask<LogRows>("logs", newestRows(filter, last), signal);
    shown.current = key;
    setLoaded((before) => firstRows(before?.key === key ? before : undefined, { key, filter, ...first }));
    setError(undefined);
    await new Promise((later) => setTimeout(later, COUNTED_AFTER_MS));
    const { from, to } = first;
    const counted = await ask<{ rows: StepRow[] }>("histogram", { filter, from, to }, signal);
    setLoaded((now) => (now?.to === to ? withCounts(now, counted.rows) : now));
  };
  // Not once it is drawn, but before: rows are asked for a frame earlier.
  useLayoutEffect(() => repeated(begin, everyMs, (failure) => setError(failure.message)), [key, everyMs]);
  const current = loaded?.key === key ? loaded : undefined;
  const fetchPages = useMissingPages(current, (to, page, rows) =>
    setLoaded((now) => (now?.to === to ? { ...now, pages: new Map(now.pages).set(page, rows) } : now)),
  );
  const need = (first: number, end: number) => {
    isAtTop.current = first === 0;
    fetchPages(first, end);
  };
  const at = (index: number) => current?.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  const state = current !== undefined ? "there" : error === undefined ? "loading" : "failed";
  const { total = 0, histogram = [], from = 0, to = 0 } = current ?? {};
  return { state, total, histogram, from, to, at, need, ...(error === undefined ? {} : { error }) };
}

/**
 * Does work now and, with `everyMs`, so long after each end of it.
 * @returns what stops it.
 */
function repeated(
  work: (signal: AbortSignal) => Promise<void>,
  everyMs: number | undefined,
  failed: (error: Error) => void,
): () => void {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = () =>
    work(stop.signal)
      .catch((error: Error) => stop.signal.aborted || failed(error))
      .finally(() => {
        if (everyMs !== undefined && !stop.signal.aborted) timer = setTimeout(again, everyMs);
      });
  again();
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

/** Fetches rows that have been in sight for a while and are not there. */
function useMissingPages(
  loaded: Loaded | undefined,
  fetched: (to: number, page: number, rows: LogRow[]) => void,
): (first: number, end: number) => void {
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** Pages that are asked for, of the rows until a moment. */
  const asked = useRef({ to: 0, pages: new Set<number>() });
  const fetchPages = (first: number, end: number) => {
    if (loaded === undefined) return;
    const { filter, from, to } = loaded;
    if (asked.current.to !== to) asked.current = { to, pages: new Set() };
    const { pages } = asked.current;
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1) {
      if (pages.has(page) || loaded.pages.has(page)) continue;
      pages.add(page);
      const query = { filter, from, to, limit: PAGE, offset: page * PAGE };
      ask<LogRows>("logs", query, new AbortController().signal).then(
        ({ rows }) => fetched(to, page, rows),
        () => pages.delete(page),
      );
    }
  };
  return (first, end) => {
    clearTimeout(settling.current);
    settling.current = setTimeout(() => fetchPages(first, end), SETTLED_MS);
  };
}

/** What is known with the first rows; what was counted before stands until it is counted anew. */
function firstRows(
  before: Loaded | undefined,
  { rows, ...asked }: LogRows & { key: string; filter: string },
): Loaded {
  const total = rows.length < PAGE ? rows.length : Math.max(rows.length, before?.total ?? 0);
  return { ...asked, total, histogram: before?.histogram ?? [], pages: new Map([[0, rows]]) };
}

function withCounts(loaded: Loaded, histogram: StepRow[]): Loaded {
  const total = histogram.reduce((sum, { rows }) => sum + Number(rows), 0);
  return { ...loaded, histogram, total };
}
