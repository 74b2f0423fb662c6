import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { newestRows, PAGE } from "../api/request";
import type { LogRow, LogRows, StepRow } from "../api/rows";
import { ask } from "./api";

/** Milliseconds for which rows must be visible before they are fetched, so that scrolling past them fetches nothing. */
const SETTLED_MS = 60;
/** Delay in milliseconds between the first rows and counting all rows, so that drawing, and a filter typed immediately, come first. */
const COUNTED_AFTER_MS = 100;

/** Log rows, fetched as they become visible. */
export interface Pages {
  state: "loading" | "there" | "failed";
  /** Known so far: the first rows arrive before all rows are counted. */
  total: number;
  /** Number of rows over time. */
  histogram: readonly StepRow[];
  /** That time, in milliseconds since 1970. */
  from: number;
  to: number;
  at: (index: number) => LogRow | undefined;
  /** Fetches the missing rows between two indexes. */
  need: (first: number, end: number) => void;
  /** Why there are no rows, or why they are not up to date. */
  error?: string;
}

/** The query of a list; `last` in milliseconds. */
interface Asked {
  filter: string;
  last: number;
}

interface Loaded {
  key: string;
  filter: string;
  /** End of the time range, in milliseconds: later rows would shift the others. */
  from: number;
  to: number;
  total: number;
  histogram: readonly StepRow[];
  pages: ReadonlyMap<number, LogRow[]>;
}

/**
 * All log rows of a filter in the last milliseconds. With `everyMs`, the list is reloaded at that interval while its first rows
 * are visible.
 */
export function usePages({ filter, last }: Asked, everyMs?: number): Pages {
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState<string>();
  const isAtTop = useRef(true);
  /** The query of the current rows. */
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
  // Before drawing, not after it: rows are requested a frame earlier.
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
 * Runs work now and, with `everyMs`, again this long after each run ends.
 * @returns stops it.
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

/** Fetches missing rows that have been visible for a while. */
function useMissingPages(
  loaded: Loaded | undefined,
  fetched: (to: number, page: number, rows: LogRow[]) => void,
): (first: number, end: number) => void {
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** Pages being requested, of the rows until a point in time. */
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

/** The state after the first rows arrive; the previous count is kept until the rows are counted again. */
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
