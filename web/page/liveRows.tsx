import type { ComponentChildren } from "preact";
import { State } from "./state";
import { useAnswer } from "./useAnswer";

interface LiveRowsProps<T> {
  /** Path in the API. */
  path: string;
  parameters: Readonly<Record<string, string | number>>;
  live: boolean;
  /** What is listed, such as `traces`. */
  what: string;
  isEmpty: (value: T) => boolean;
  children: (value: T) => ComponentChildren;
}

const REFRESH_MS = 2000;

/** Rows that are kept up to date, or a message why there are none or why they are old. */
export function LiveRows<T>({ path, parameters, live, what, isEmpty, children }: LiveRowsProps<T>) {
  const { answer, lost } = useAnswer<T>(path, parameters, live ? REFRESH_MS : undefined);
  return (
    <>
      {lost && (
        <p class="lost" role="alert">
          {lost}
        </p>
      )}
      <State
        answer={answer}
        isEmpty={isEmpty}
        empty={`No ${what} in this time range, or none that match the filter. Invoke a function, or choose a longer time range.`}
      >
        {children}
      </State>
    </>
  );
}
