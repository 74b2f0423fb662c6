import type { FunctionRow, InvocationRow, MeasureRow, PercentileRow } from "../api/rows";
import type { Place } from "./address";
import { costs, dollars, memory } from "./costs";
import { clock, duration, equals } from "./format";
import { List } from "./list";
import { LiveRows } from "./liveRows";
import { Percentiles } from "./percentiles";

interface InvocationsProps {
  parameters: Readonly<Record<string, string | number>>;
  live: boolean;
  go: (change: Partial<Place>) => void;
}

interface Rows {
  rows: InvocationRow[];
  functions: FunctionRow[];
  measures: MeasureRow[];
  percentiles: PercentileRow[];
}

/** Functions with their percentiles, measurements and costs, and their invocations, newest first. */
export function Invocations({ parameters, live, go }: InvocationsProps) {
  return (
    <LiveRows<Rows>
      path="invocations"
      what="invocations"
      parameters={parameters}
      live={live}
      isEmpty={({ rows }) => rows.length === 0}
    >
      {({ rows, functions, measures, percentiles }) => (
        <>
          <Functions functions={functions} measures={measures} percentiles={percentiles} go={go} />
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
    </LiveRows>
  );
}

const nothing: MeasureRow = {
  service: "",
  billedSeconds: 0,
  memoryUsed: 0,
  memorySize: 0,
  overheadMs: 0,
  logBytes: 0,
};
const once = "The extension sends it once a minute, and when an environment ends";
const price = "At the prices of us-east-1 and x86_64, without the free tier";
/** Titles of the columns, with their explanations. */
const columns: readonly (readonly [string, string?])[] = [
  ["Function"],
  ["Invocations"],
  ["Errors"],
  ["Cold starts"],
  ["At once", "The most invocations at the same time"],
  ["p50"],
  ["p95"],
  ["p99"],
  ["Over time", "p50, p95 and p99, from the first to the last invocation in this time range"],
  ["Memory", `The maximum used, of the memory size. ${once}`],
  ["Extensions", `Milliseconds after the handler, per invocation. ${once}`],
  ["Billed", once],
  ["Lambda", `${price}. ${once}`],
  ["CloudWatch Logs", `What its log lines would cost there. ${price}`],
];

function Functions({
  functions,
  measures,
  percentiles,
  go,
}: Omit<Rows, "rows"> & Pick<InvocationsProps, "go">) {
  const measured = new Map(measures.map((measure) => [measure.service, measure]));
  return (
    <section class="functions" aria-label="Functions">
      <table>
        <thead>
          <tr>
            {columns.map(([name, title]) => (
              <th scope="col" title={title}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {functions.map((row) => (
            <FunctionLine
              row={row}
              measure={measured.get(row.service) ?? nothing}
              percentiles={percentiles.filter(({ service }) => service === row.service)}
              go={go}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface FunctionLineProps extends Pick<InvocationsProps, "go"> {
  row: FunctionRow;
  measure: MeasureRow;
  percentiles: readonly PercentileRow[];
}

function FunctionLine({ row, measure, percentiles, go }: FunctionLineProps) {
  const { service, invocations, errors, coldStarts, concurrency, p50, p95, p99 } = row;
  const { lambda, cloudWatch } = costs(invocations, measure);
  const { billedSeconds, overheadMs } = measure;
  return (
    <tr>
      <th scope="row">
        <button type="button" onClick={() => go({ filter: equals("function", service) })}>
          {service}
        </button>
      </th>
      <td>{invocations}</td>
      <td class={Number(errors) > 0 ? "error" : ""}>{errors}</td>
      <td>{coldStarts}</td>
      <td>{concurrency}</td>
      <td>{duration(p50)}</td>
      <td>{duration(p95)}</td>
      <td>{duration(p99)}</td>
      <td>
        <Percentiles service={service} rows={percentiles} />
      </td>
      <td>{memory(measure)}</td>
      <td>{Number(overheadMs) > 0 ? duration(Number(overheadMs)) : "–"}</td>
      <td>{Number(billedSeconds) > 0 ? duration(Number(billedSeconds) * 1000) : "–"}</td>
      <td>{dollars(lambda)}</td>
      <td>{dollars(cloudWatch)}</td>
    </tr>
  );
}
