import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Answer, ask } from "./api";

/**
 * Requests rows, again whenever the request changes and, with `everyMs`, at that interval. While a repeated request is pending,
 * or if it has failed, the earlier rows are kept.
 *
 * @param known the first answer, if it need not be requested.
 */
export function useAnswer<T>(
  path: string,
  parameters: Readonly<Record<string, string | number>>,
  everyMs?: number,
  known?: T,
): { answer: Answer<T>; lost?: string } {
  const [answer, setAnswer] = useState<Answer<T>>(
    known === undefined ? { state: "loading" } : { state: "there", value: known },
  );
  const [lost, setLost] = useState<string>();
  const [round, setRound] = useState(0);
  const key = JSON.stringify([path, parameters]);
  /** The request that the answer belongs to. */
  const asked = useRef(known === undefined ? "" : key);
  // Before drawing, not after it: rows are requested a frame earlier.
  useLayoutEffect(() => {
    const stop = new AbortController();
    const again = () => {
      if (everyMs !== undefined && !stop.signal.aborted)
        timer = setTimeout(() => setRound((last) => last + 1), everyMs);
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      stop.abort();
      clearTimeout(timer);
    };
    if (asked.current !== key) setAnswer({ state: "loading" });
    else if (known !== undefined && round === 0) {
      again();
      return end;
    }
    ask<T>(path, parameters, stop.signal)
      .then((value) => {
        asked.current = key;
        setAnswer({ state: "there", value });
        setLost(undefined);
      })
      .catch((error: Error) => {
        if (stop.signal.aborted) return;
        if (asked.current === key) setLost(error.message);
        else setAnswer({ state: "failed", error: error.message });
      })
      .finally(again);
    return end;
  }, [key, round, everyMs]);
  return { answer, ...(lost === undefined ? {} : { lost }) };
}
