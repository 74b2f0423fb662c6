import type { Place } from "./address";
import { clock, duration, equals } from "./format";
import { List } from "./list";
import type { FunctionRow, InvocationRow } from "./rows";
import { State } from "./state";
import { useAnswer } from "./useAnswer";

interface InvocationsProps {
  parameters: Readonly<Record<string, string | number>>;
  live: boolean;
  go: (change: Partial<Place>) => void;
}

/** Functions with their percentiles, and their invocations, the newest first. */
export function Invocations({ parameters, live, go }: InvocationsProps) {
  const { answer, lost } = useAnswer<{ rows: InvocationRow[]; functions: FunctionRow[] }>(
    "invocations",
    parameters,
    live ? 2000 : undefined,
  );
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
        empty="No invocations in this time, or none that fits the filter. Invoke a function, or look further back."
      >
        {({ rows, functions }) => (
          <>
            <Functions functions={functions} go={go} />
            <List
              name="invocations"
              label="Invocations"
              columns={["Time", "Function", "Duration", "Trigger", "", "Result"]}
              count={rows.length}
              at={(index) => rows[index]}
              row={({ time, service, durationMs, trigger, coldStart, status, message }) => [
                clock(Number(time)),
                service,
                duration(durationMs),
                trigger,
                Number(coldStart) === 1 ? "cold start" : "",
                status === "Error" ? message || "error" : "",
              ]}
              tone={({ status }) => (status === "Error" ? "error" : "other")}
              open={({ traceId }) => go({ trace: traceId })}
            />
          </>
        )}
      </State>
    </>
  );
}

function Functions({ functions, go }: { functions: readonly FunctionRow[]; go: InvocationsProps["go"] }) {
  return (
    <table class="functions">
      <thead>
        <tr>
          {["Function", "Invocations", "Errors", "Cold starts", "p50", "p95", "p99"].map((name) => (
            <th scope="col">{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {functions.map(({ service, invocations, errors, coldStarts, p50, p95, p99 }) => (
          <tr>
            <th scope="row">
              <button type="button" onClick={() => go({ filter: equals("function", service) })}>
                {service}
              </button>
            </th>
            <td>{invocations}</td>
            <td class={Number(errors) > 0 ? "error" : ""}>{errors}</td>
            <td>{coldStarts}</td>
            <td>{duration(p50)}</td>
            <td>{duration(p95)}</td>
            <td>{duration(p99)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
