import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Answer, ask } from "./api";

/**
 * Asks for rows, again whenever what is asked for changes and, with `everyMs`, in that interval. While a repeated request is under
 * way, or has failed, the earlier rows stay.
 */
export function useAnswer<T>(
  path: string,
  parameters: Readonly<Record<string, string | number>>,
  everyMs?: number,
): { answer: Answer<T>; lost?: string } {
  const [answer, setAnswer] = useState<Answer<T>>({ state: "loading" });
  const [lost, setLost] = useState<string>();
  const [round, setRound] = useState(0);
  const asked = useRef("");
  const key = JSON.stringify([path, parameters]);
  // Not once it is drawn, but before: rows are asked for a frame earlier.
  useLayoutEffect(() => {
    const stop = new AbortController();
    if (asked.current !== key) setAnswer({ state: "loading" });
    let timer: ReturnType<typeof setTimeout> | undefined;
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
      .finally(() => {
        if (everyMs !== undefined && !stop.signal.aborted)
          timer = setTimeout(() => setRound((last) => last + 1), everyMs);
      });
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key, round, everyMs]);
  return { answer, ...(lost === undefined ? {} : { lost }) };
}
