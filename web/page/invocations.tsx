import type { FunctionRow, InvocationRow, MeasuredRow, MeasureRow, PercentileRow } from "../api/rows";
import type { Place } from "./address";
import { dollars, lambdaCost, logsCost, memory } from "./costs";
import { clock, duration, equals } from "./format";
import { List } from "./list";
import { LiveRows } from "./liveRows";
import { measuredBySpan, unmeasured } from "./measured";
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
  measured: MeasuredRow[];
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
      {({ functions, measures, percentiles, ...list }) => (
        <>
          <Functions functions={functions} measures={measures} percentiles={percentiles} go={go} />
          <InvocationList {...list} go={go} />
        </>
      )}
    </LiveRows>
  );
}

/** Of a function that has no measurements. */
const nothing = { billedSeconds: 0, memoryUsed: 0, memorySize: 0, overheadMs: 0 } as const;
const once = "The extension sends it once a minute, and when an environment ends";
const price = "At the prices of us-east-1 and x86_64, without the free tier";

/** Every invocation with what Lambda measured, as soon as that has arrived. */
function InvocationList({
  rows,
  measured,
  go,
}: Pick<Rows, "rows" | "measured"> & Pick<InvocationsProps, "go">) {
  const measuredOf = measuredBySpan(measured);
  return (
    <List
      name="invocations"
      label="Invocations"
      columns={[
        ...["Time", "Function", "Duration"],
        ["Billed", once],
        ["Memory", `The maximum used, of the memory size. ${once}`],
        ["Extensions", `Time after the handler. ${once}`],
        ["Lambda", `${price}. ${once}`],
        ...["Trigger", "", "Result"],
      ]}
      count={rows.length}
      at={(index) => rows[index]}
      row={(row) => {
        const { billed, memory, extensions, cost } = measuredOf(row) ?? unmeasured;
        return [
          ...[clock(Number(row.time)), row.service, duration(row.durationMs)],
          ...[billed, memory, extensions, cost],
          row.trigger,
          Number(row.coldStart) === 1 ? "cold start" : "",
          row.status === "Error" ? row.message || "error" : "",
        ];
      }}
      tone={({ status }) => (status === "Error" ? "error" : "other")}
      open={({ traceId }) => go({ trace: traceId })}
    />
  );
}

/** Titles of the functions' columns, with their explanations. */
const columns: readonly (readonly [string, string?])[] = [
  ["Function"],
  ["Invocations"],
  ["Errors"],
  ["Cold", "Cold starts"],
  ["At once", "The most invocations at the same time"],
  ["p50"],
  ["p95"],
  ["p99"],
  ["Over time", "p50, p95 and p99, from the first to the last invocation in this time range"],
  ["Memory", `The maximum used, of the memory size. ${once}`],
  ["Extensions", `Milliseconds after the handler, per invocation. ${once}`],
  ["Billed", once],
  ["Lambda", `${price}. ${once}`],
  ["CloudWatch", `What its log lines would cost in CloudWatch Logs. ${price}`],
];

function Functions({
  functions,
  measures,
  percentiles,
  go,
}: Omit<Rows, "rows" | "measured"> & Pick<InvocationsProps, "go">) {
  const measureOf = new Map(measures.map((measure) => [measure.service, measure]));
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
              measure={measureOf.get(row.service)}
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
  measure: MeasureRow | undefined;
  percentiles: readonly PercentileRow[];
}

function FunctionLine({ row, measure, percentiles, go }: FunctionLineProps) {
  const { service, invocations, errors, coldStarts, concurrency, p50, p95, p99 } = row;
  const { billedSeconds, memoryUsed, memorySize, overheadMs } = measure ?? nothing;
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
      <td>{memory(memoryUsed, memorySize)}</td>
      <td>{overheadMs > 0 ? duration(overheadMs) : "–"}</td>
      <td>{billedSeconds > 0 ? duration(billedSeconds * 1000) : "–"}</td>
      <td>{dollars(lambdaCost(Number(invocations), billedSeconds, memorySize))}</td>
      <td>{dollars(measure && logsCost(Number(measure.logBytes)))}</td>
    </tr>
  );
}
