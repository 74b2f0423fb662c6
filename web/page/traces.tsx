import type { TraceRow } from "../api/rows";
import type { Place } from "./address";
import { clock, duration } from "./format";
import { List } from "./list";
import { LiveRows } from "./liveRows";

interface TracesProps {
  parameters: Readonly<Record<string, string | number>>;
  live: boolean;
  go: (change: Partial<Place>) => void;
}

/** Traces, the newest first. */
export function Traces({ parameters, live, go }: TracesProps) {
  return (
    <LiveRows<{ rows: TraceRow[] }>
      path="traces"
      what="traces"
      parameters={parameters}
      live={live}
      isEmpty={({ rows }) => rows.length === 0}
    >
      {({ rows }) => (
        <List
          name="traces"
          label="Traces"
          columns={["Time", "Name", "Functions", "Duration", "Spans", "Errors", ""]}
          count={rows.length}
          at={(index) => rows[index]}
          row={({ time, name, services, durationMs, spans, errors, coldStart }) => [
            clock(Number(time)),
            name,
            services.join(", "),
            duration(durationMs),
            spans,
            Number(errors) === 0 ? "" : errors,
            Number(coldStart) === 1 ? "cold start" : "",
          ]}
          tone={({ errors }) => (Number(errors) > 0 ? "error" : "other")}
          open={({ traceId }) => go({ trace: traceId })}
        />
      )}
    </LiveRows>
  );
}
