import type { Place } from "./address";
import { clock, duration } from "./format";
import { List } from "./list";
import type { TraceRow } from "./rows";
import { State } from "./state";
import { useAnswer } from "./useAnswer";

interface TracesProps {
  parameters: Readonly<Record<string, string | number>>;
  live: boolean;
  go: (change: Partial<Place>) => void;
}

/** Traces, the newest first. */
export function Traces({ parameters, live, go }: TracesProps) {
  const { answer, lost } = useAnswer<{ rows: TraceRow[] }>("traces", parameters, live ? 2000 : undefined);
  return (
    <>
      {lost && (
        <p class="lost" role="alert">
          {lost}
        </p>
      )}
      <State
        answer={answer}
        isEmpty={({ rows }) => rows.length === 0}
        empty="No traces in this time, or none that fits the filter. Invoke a function, or look further back."
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
      </State>
    </>
  );
}
