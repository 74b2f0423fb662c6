import { milliseconds } from "../../traces/tree";
import type { RowReader } from "./connection";
import { type Line, type LineSelection, linesStatement } from "./lines";

/** How lines are followed. */
export interface FollowOptions {
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits until the next query; false ends following. */
  next(): Promise<boolean>;
}

/** Lines reach ClickHouse some time after they were written, so each query goes this many milliseconds back. */
export const lookBackMs = 300_000;

/**
 * Returns the lines since a moment, then those that arrive later, each once, even if several are equal.
 * @param follow without it, only existing lines are returned.
 */
export async function* followLines(
  reader: Pick<RowReader, "stream">,
  selection: LineSelection,
  follow?: FollowOptions,
): AsyncGenerator<Line> {
  let shown = new Map<string, number>();
  let since = selection.since;
  do {
    const start = Math.max(selection.since, (follow?.now() ?? 0) - lookBackMs);
    const found = new Map<string, number>();
    for await (const line of reader.stream<Line>(linesStatement({ ...selection, since }))) {
      // Lines that are read only once need not be remembered.
      if (follow === undefined || milliseconds(line.time) < start) {
        yield line;
        continue;
      }
      const count = (found.get(line.hash) ?? 0) + 1;
      found.set(line.hash, count);
      if (count > (shown.get(line.hash) ?? 0)) yield line;
    }
    shown = found;
    since = start;
  } while (follow !== undefined && (await follow.next()));
}
