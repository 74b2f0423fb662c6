import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ROW, useWindow } from "./useWindow";

interface ListProps<T> {
  /** What is listed; also the name of its columns' widths in page.css. */
  name: "logs" | "traces" | "invocations";
  label: string;
  columns: readonly string[];
  count: number;
  /** The row of an index; undefined while it is being fetched. */
  at: (index: number) => T | undefined;
  /** Told which rows are in sight. */
  need?: (first: number, end: number) => void;
  row: (row: T) => ComponentChildren[];
  tone: (row: T) => string;
  open: (row: T) => void;
}

/**
 * Any number of rows, of which those in sight are in the document. Each is a button; Tab reaches the chosen one, and arrow keys,
 * Home, End and the page keys choose others.
 */
export function List<T>({ name, label, columns, count, at, need, row, tone, open }: ListProps<T>) {
  const { box, first, end, page, onScroll, reveal } = useWindow(count);
  const [chosen, setChosen] = useState(0);
  const focusWanted = useRef(false);
  useEffect(() => {
    if (!focusWanted.current) return;
    focusWanted.current = false;
    box.current?.querySelector<HTMLButtonElement>("[tabindex='0']")?.focus({ preventScroll: true });
  });
  useEffect(() => need?.(first, end), [first, end, count]);
  const choose = (next: number) => {
    const index = Math.min(count - 1, Math.max(0, next));
    reveal(index);
    focusWanted.current = true;
    setChosen(index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextRow(event.key, chosen, page, count);
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
  };
  return (
    <div class={`list ${name}`}>
      <p class="head columns" aria-hidden="true">
        {columns.map((title) => (
          <span>{title}</span>
        ))}
      </p>
      <ol class="rows" aria-label={label} ref={box} onScroll={onScroll}>
        <li class="space" aria-hidden="true" style={`height:${count * ROW}px`} />
        {indices(first, end).map((index) => {
          const item = at(index);
          return (
            <li key={index} aria-setsize={count} aria-posinset={index + 1} style={`top:${index * ROW}px`}>
              <button
                type="button"
                class={`columns ${item === undefined ? "" : tone(item)}`}
                tabIndex={index === chosen ? 0 : -1}
                onKeyDown={onKeyDown}
                onClick={() => {
                  setChosen(index);
                  if (item !== undefined) open(item);
                }}
              >
                {(item === undefined ? ["…"] : row(item)).map((cell) => (
                  <span>{cell}</span>
                ))}
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function indices(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
}

function nextRow(key: string, chosen: number, page: number, count: number): number | undefined {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = steps[key];
  return step === undefined ? undefined : chosen + step;
}
