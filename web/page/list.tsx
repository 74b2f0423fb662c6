import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ROW, useWindow } from "./useWindow";

interface ListProps<T> {
  /** What is listed; also the name of the column widths in page.css. */
  name: "logs" | "traces" | "invocations";
  label: string;
  /** Titles, those in pairs with their explanations. */
  columns: readonly (string | readonly string[])[];
  count: number;
  /** The row at an index, 0 being the newest; undefined while it is being fetched. */
  at: (index: number) => T | undefined;
  /** Called with the visible rows. */
  need?: (first: number, end: number) => void;
  row: (row: T) => ComponentChildren[];
  tone: (row: T) => string;
  open: (row: T) => void;
  /** The newest row is the last one. While it is visible, the list follows new rows, as `tail -f` does. */
  newestLast?: boolean;
}

/**
 * Any number of rows; only the visible ones are in the document. Each is a button; Tab reaches the selected one, and arrow keys,
 * Home, End and the page keys select others.
 */
export function List<T>({
  label,
  count,
  at,
  need,
  row,
  tone,
  open,
  newestLast = false,
  ...head
}: ListProps<T>) {
  const { box, first, end, page, onScroll, reveal } = useWindow(count, newestLast);
  const [place, setPlace] = useState<number>();
  const chosen = Math.min(place ?? (newestLast ? count : 0), count - 1);
  const focusWanted = useRef(false);
  // Before the next key is handled: Enter opens the row that has the focus.
  useLayoutEffect(() => {
    if (!focusWanted.current) return;
    focusWanted.current = false;
    box.current?.querySelector<HTMLButtonElement>("[tabindex='0']")?.focus({ preventScroll: true });
  });
  useEffect(
    () => (newestLast ? need?.(count - end, count - first) : need?.(first, end)),
    [first, end, count],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextRow(event.key, chosen, page, count);
    if (next === undefined) return;
    event.preventDefault();
    const index = Math.min(count - 1, Math.max(0, next));
    reveal(index);
    focusWanted.current = true;
    setPlace(index);
  };
  return (
    <div class={`list ${head.name}`}>
      <Head columns={head.columns} />
      <ol class="rows" aria-label={label} ref={box} onScroll={onScroll}>
        <li class="space" aria-hidden="true" style={`height:${count * ROW}px`} />
        {drawn(first, end, chosen).map((index) => {
          const item = at(newestLast ? count - 1 - index : index);
          return (
            <li key={index} aria-setsize={count} aria-posinset={index + 1} style={`top:${index * ROW}px`}>
              <button
                type="button"
                class={`columns ${item === undefined ? "" : tone(item)}`}
                tabIndex={index === chosen ? 0 : -1}
                onKeyDown={onKeyDown}
                onClick={() => {
                  setPlace(index);
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

function Head({ columns }: Pick<ListProps<unknown>, "columns">) {
  return (
    <p class="head columns" aria-hidden="true">
      {columns.map((column) => {
        const [name, title] = typeof column === "string" ? [column] : column;
        return <span title={title}>{name}</span>;
      })}
    </p>
  );
}

/** The visible rows, and the selected one wherever it is: it may have the focus, and Tab must reach a row. */
function drawn(first: number, end: number, chosen: number): number[] {
  const indices = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  if (chosen >= 0 && chosen < first) return [chosen, ...indices];
  return chosen >= end ? [...indices, chosen] : indices;
}

function nextRow(key: string, chosen: number, page: number, count: number): number | undefined {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = steps[key];
  return step === undefined ? undefined : chosen + step;
}
