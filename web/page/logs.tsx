import { useMemo, useState } from "preact/hooks";
import type { hyperDxLinks, TimeRange } from "../../clickstack/links";
import type { LogRow } from "../api/rows";
import type { Place } from "./address";
import type { Answer } from "./api";
import { Details } from "./details";
import { clock, equals, toneOf } from "./format";
import { Histogram } from "./histogram";
import { HyperDxLink } from "./hyperDx";
import { List } from "./list";
import { State } from "./state";
import { type Pages, usePages } from "./usePages";

interface LogsProps {
  place: Place;
  /** The query of the lists. */
  parameters: { filter: string; last: number };
  live: boolean;
  go: (change: Partial<Place>) => void;
}

/** Log rows, newest first or last, with a histogram; a row opens to its details. */
export function Logs({ place, parameters, live, go }: LogsProps) {
  const every = live ? 2000 : undefined;
  const { state, total, histogram, from, to, at, need, error } = usePages(parameters, every);
  const [row, setRow] = useState<LogRow>();
  // Rows arrive while the reader scrolls; the histogram does not change.
  const drawn = useMemo(() => <Histogram rows={histogram} from={from} to={to} />, [histogram]);
  const leave = (change: Partial<Place>) => {
    setRow(undefined);
    go(change);
  };
  return (
    <>
      {state === "there" && drawn}
      {state === "there" && error !== undefined && (
        <p class="lost" role="alert">
          {error}
        </p>
      )}
      <State
        answer={answerOf(state, total, error)}
        isEmpty={(count) => count === 0}
        empty={nothing(place.filter)}
      >
        {(count) => (
          <List
            key={`${place.newestLast}`}
            name="logs"
            label="Log lines"
            columns={["Time", "Function", "Level", "Message"]}
            count={count}
            newestLast={place.newestLast}
            at={at}
            need={need}
            row={({ time, service, severity, body }) => [clock(time), service, severity, body]}
            tone={({ severity }) => toneOf(severity)}
            open={setRow}
          />
        )}
      </State>
      {row !== undefined && <RowDetails row={row} close={() => setRow(undefined)} leave={leave} />}
    </>
  );
}

interface RowDetailsProps {
  row: LogRow;
  close: () => void;
  /** Replaces the view with another one. */
  leave: (change: Partial<Place>) => void;
}

function RowDetails({ row, close, leave }: RowDetailsProps) {
  const id = invocation(row);
  const lines = (of: "invocation" | "function", value: string) => ({
    title: `Lines of this ${of}`,
    act: () => leave({ filter: equals(of, value) }),
  });
  return (
    <Details
      title={`${row.severity || "line"} of ${row.service}, ${clock(row.time)}`}
      body={row.body}
      maps={{ Exception: exception(row), Attributes: others(row), Resource: row.resource }}
      json={row}
      close={close}
      actions={[
        ...(row.traceId === ""
          ? []
          : [{ title: "Open the trace", act: () => leave({ trace: row.traceId }) }]),
        ...(id === "" ? [] : [lines("invocation", id)]),
        lines("function", row.service),
      ]}
    >
      <HyperDxLink at={row.time} of={(links, range) => linkOfRow(row, links, range)} />
    </Details>
  );
}

function answerOf(state: Pages["state"], total: number, error = ""): Answer<number> {
  if (state === "failed") return { state, error };
  return state === "there" ? { state, value: total } : { state };
}

function nothing(filter: string): string {
  return filter === ""
    ? "No log lines in this time range. Invoke a function, or choose a longer time range."
    : "No log line in this time range matches the filter. Remove a part of it, or choose a longer time range.";
}

/** The row's trace, else the lines of its invocation, else those of its function. */
function linkOfRow(row: LogRow, links: ReturnType<typeof hyperDxLinks>, range: TimeRange): string {
  if (row.traceId !== "") return links.trace(row.traceId, range);
  const id = invocation(row);
  return id === ""
    ? links.functionLogs(row.resource["faas.name"] ?? row.service)
    : links.invocation(id, range);
}

function invocation({ attributes }: LogRow): string {
  return attributes["faas.invocation_id"] ?? "";
}

function exception({ attributes }: LogRow): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name.startsWith("exception.")));
}

function others({ attributes }: LogRow): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith("exception.")));
}
