import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "./api";
import type { LogRow, StepRow } from "./rows";

/** Rows of one request. */
export const PAGE = 200;

/** Log rows that are fetched as they come into sight. */
export interface Pages {
  state: "loading" | "there" | "failed";
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
  histogram: StepRow[];
  pages: Map<number, LogRow[]>;
}

interface Answer {
  rows: LogRow[];
  /** With the first rows only, as the histogram. */
  total?: number;
  histogram?: StepRow[];
}

/**
 * All log rows of a filter. With `everyMs` the list begins anew in that interval, as long as its first rows are what is looked at.
 */
export function usePages(parameters: Readonly<Record<string, string | number>>, everyMs?: number): Pages {
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState<string>();
  const asked = useRef(new Set<number>());
  const isAtTop = useRef(true);
  const key = JSON.stringify(parameters);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = async () => {
      const to = Date.now() + 1;
      if (isAtTop.current || loaded?.key !== key)
        await ask<Answer>("logs", { ...parameters, to, limit: PAGE }, stop.signal).then((answer) => {
          const { rows, total = 0, histogram = [] } = answer;
          asked.current = new Set([0]);
          setLoaded({ key, to, total, histogram, pages: new Map([[0, rows]]) });
          setError(undefined);
        });
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
  const need = (first: number, end: number) => {
    isAtTop.current = first === 0;
    if (loaded === undefined || loaded.key !== key) return;
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1) {
      if (asked.current.has(page)) continue;
      asked.current.add(page);
      const { to } = loaded;
      const query = { ...parameters, to, limit: PAGE, offset: page * PAGE };
      ask<Answer>("logs", query, new AbortController().signal).then(
        ({ rows }) =>
          setLoaded((now) => (now?.to === to ? { ...now, pages: new Map(now.pages).set(page, rows) } : now)),
        () => asked.current.delete(page),
      );
    }
  };
  const current = loaded?.key === key ? loaded : undefined;
  const at = (index: number) => current?.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  const state = current !== undefined ? "there" : error === undefined ? "loading" : "failed";
  const { total = 0, histogram = [] } = current ?? {};
  return { state, total, histogram, at, need, ...(error === undefined ? {} : { error }) };
}
