import type { ComponentChildren } from "preact";
import type { Answer } from "./api";

interface StateProps<T> {
  answer: Answer<T>;
  /** Why there are no rows, and what to do. */
  empty: string;
  isEmpty: (value: T) => boolean;
  children: (value: T) => ComponentChildren;
}

/** Rows, or a message why there are none. */
export function State<T>({ answer, empty, isEmpty, children }: StateProps<T>) {
  if (answer.state === "loading")
    return (
      <p class="state" role="status">
        Loading …
      </p>
    );
  if (answer.state === "failed")
    return (
      <p class="state failed" role="alert">
        {answer.error}
      </p>
    );
  if (isEmpty(answer.value))
    return (
      <p class="state empty" role="status">
        {empty}
      </p>
    );
  return <>{children(answer.value)}</>;
}
