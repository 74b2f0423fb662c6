import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MeasuredRow, SpanRow, TraceLogRow } from "../api/rows";
import { Details } from "./details";
import { clock, duration, toneOf } from "./format";
import { HyperDxLink } from "./hyperDx";
import { type Measured, measuredBySpan } from "./measured";
import { State } from "./state";
import { useAnswer } from "./useAnswer";
import { useFocusBack } from "./useFocusBack";
import { type Gap, layOut, type SpanEvent, type Waterfall, type WaterfallRow } from "./waterfall";

interface TraceRows {
  spans: SpanRow[];
  logs: TraceLogRow[];
  measured: MeasuredRow[];
}

/** A trace: its spans over time with the log rows under them; a line opens to its details. */
export function Trace({ id, close }: { id: string; close: () => void }) {
  const box = useRef<HTMLElement>(null);
  useFocusBack();
  useLayoutEffect(() => box.current?.focus(), [id]);
  return (
    <section
      class="trace"
      aria-label="Trace"
      tabIndex={-1}
      ref={box}
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <header>
        <h2>
          Trace <code>{id}</code>
        </h2>
        <button type="button" onClick={close} aria-label="Close the trace">
          ✕
        </button>
      </header>
      <TraceLines id={id} />
    </section>
  );
}

/** Only the lines of a trace; with `everyMs` they are kept up to date. */
export function TraceLines({ id, everyMs }: { id: string; everyMs?: number }) {
  const { answer } = useAnswer<TraceRows>("trace", { id }, everyMs);
  return (
    <State
      answer={answer}
      isEmpty={({ spans, logs }) => spans.length + logs.length === 0}
      empty="There are no spans or lines of this trace."
    >
      {({ spans, logs, measured }) => <Lines id={id} waterfall={layOut(spans, logs)} measured={measured} />}
    </State>
  );
}

interface LinesProps extends Pick<TraceRows, "measured"> {
  id: string;
  waterfall: Waterfall;
}

function Lines({ id, waterfall, measured }: LinesProps) {
  const [chosen, setChosen] = useState<WaterfallRow>();
  const { rows, gaps, startMs, durationMs } = waterfall;
  const measuredOf = (span: SpanRow) => measuredBySpan(measured)({ ...span, traceId: id });
  return (
    <>
      <p class="summary">
        {clock(startMs)}, {duration(durationMs)}, {counted(rows, "span", "span")},{" "}
        {counted(rows, "log", "line")}{" "}
        <HyperDxLink at={startMs} of={(links, range) => links.trace(id, range)} />
      </p>
      <ol class="waterfall">
        {gaps.length > 0 && <Gaps gaps={gaps} />}
        {rows.map((row) => (
          <li>
            <button type="button" class={toneOfRow(row)} onClick={() => setChosen(row)}>
              <span class="name" style={`padding-left:${row.depth * 16}px`}>
                <RowName row={row} />
              </span>
              <span class="time">
                {row.kind === "span" ? (
                  <span class="bar" style={`left:${row.start * 100}%;width:max(2px, ${row.width * 100}%)`} />
                ) : (
                  <span class="dot" style={`left:min(${row.start * 100}%, 100% - 6px)`} />
                )}
              </span>
              <span class="length">{row.kind === "span" && lengthOf(row)}</span>
            </button>
          </li>
        ))}
      </ol>
      {chosen !== undefined && (
        <RowDetails row={chosen} measuredOf={measuredOf} close={() => setChosen(undefined)} />
      )}
    </>
  );
}

/** `1 span`, `12 lines` */
function counted(rows: readonly WaterfallRow[], kind: WaterfallRow["kind"], name: string): string {
  const count = rows.filter((row) => row.kind === kind).length;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** The times in which no span ran, as one line. */
function Gaps({ gaps }: { gaps: readonly Gap[] }) {
  const all = gaps.reduce((sum, { ms }) => sum + ms, 0);
  return (
    <li class="gaps" title="Environments were frozen, or a message was waiting">
      <span class="name">no span ran</span>
      <span class="time">
        {gaps.map(({ start, width }) => (
          <span class="gap" style={`left:${start * 100}%;width:${width * 100}%`} />
        ))}
      </span>
      <span class="length">{duration(all)}</span>
    </li>
  );
}

/** Duration of a span, and its self time if its children cover a part of it. */
function lengthOf({ span, selfMs }: WaterfallRow & { kind: "span" }): string {
  const own = selfMs < span.durationMs - 0.05 ? `, itself ${duration(selfMs)}` : "";
  return `${duration(span.durationMs)}${own}`;
}

function RowName({ row }: { row: WaterfallRow }) {
  if (row.kind === "span") return <SpanName row={row} />;
  return <>{row.kind === "log" ? row.log.body.split("\n")[0] : eventTitle(row.event)}</>;
}

/** `exception TypeError: the order has no customer` */
function eventTitle({ name, attributes }: SpanEvent): string {
  const { "exception.type": type = "", "exception.message": message = "" } = attributes;
  const what = [type, message].filter((part) => part !== "").join(": ");
  return what === "" ? name : `${name} ${what}`;
}

function SpanName({ row }: { row: WaterfallRow & { kind: "span" } }) {
  const { name, service, status, message } = row.span;
  return (
    <>
      <b>{name}</b> {service === name ? "" : service}
      {status === "Error" ? ` – ${message || "error"}` : ""}
      {row.orphan ? " (its parent is missing)" : ""}
    </>
  );
}

function toneOfRow(row: WaterfallRow): string {
  if (row.kind === "log") return `log ${toneOf(row.log.severity)}`;
  if (row.kind === "event") return `log ${row.event.name === "exception" ? "error" : "other"}`;
  return row.span.status === "Error" ? "span error" : "span other";
}

interface RowDetailsProps {
  row: WaterfallRow;
  /** Lambda's measurements of the invocation that a span stands for. */
  measuredOf: (span: SpanRow) => Measured | undefined;
  close: () => void;
}

function RowDetails({ row, measuredOf, close }: RowDetailsProps) {
  if (row.kind === "log") {
    const { log } = row;
    return (
      <Details
        title={`${log.severity || "line"}, ${clock(log.time)}`}
        body={log.body}
        maps={{ Attributes: log.attributes }}
        json={log}
        actions={[]}
        close={close}
      />
    );
  }
  if (row.kind === "event") {
    const { event } = row;
    return (
      <Details
        title={`${event.name}, ${clock(event.time)}`}
        body={event.attributes["exception.stacktrace"] ?? eventTitle(event)}
        maps={{ Attributes: event.attributes }}
        json={event}
        actions={[]}
        close={close}
      />
    );
  }
  const { span } = row;
  const events = Object.fromEntries(
    span.events.map(([time, name, attributes]) => [`${clock(time)} ${name}`, stack(attributes)]),
  );
  return (
    <Details
      title={`${span.name}, ${span.kind.toLowerCase()}, ${duration(span.durationMs)}`}
      body={span.message || span.service}
      maps={{
        "Measured by Lambda": named(measuredOf(span)),
        Events: events,
        Attributes: span.attributes,
      }}
      json={span}
      actions={[]}
      close={close}
    />
  );
}

/** Measurements by their names; nothing for spans that no invocation is measured by. */
function named(measured: Measured | undefined): Record<string, string> {
  if (measured === undefined) return {};
  const { billed, memory, extensions, cost } = measured;
  return { billed, memory, "time of extensions": extensions, "cost in Lambda": cost };
}

/** An exception's stack, which includes type and message; all attributes of other events. */
function stack(attributes: Readonly<Record<string, string>>): string {
  return (
    attributes["exception.stacktrace"] ??
    Object.entries(attributes)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n")
  );
}
