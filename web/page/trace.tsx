import { useEffect, useRef, useState } from "preact/hooks";
import type { SpanRow, TraceLogRow } from "../api/rows";
import { Details } from "./details";
import { clock, duration, toneOf } from "./format";
import { HyperDxLink } from "./hyperDx";
import { State } from "./state";
import { useAnswer } from "./useAnswer";
import { layOut, type Waterfall, type WaterfallRow } from "./waterfall";

interface TraceRows {
  spans: SpanRow[];
  logs: TraceLogRow[];
}

/** A trace: its spans over time with the log rows under them; a line opens to all that is known of it. */
export function Trace({ id, close }: { id: string; close: () => void }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus(), [id]);
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

/** The lines of a trace alone; with `everyMs` they are kept up to date. */
export function TraceLines({ id, everyMs }: { id: string; everyMs?: number }) {
  const { answer } = useAnswer<TraceRows>("trace", { id }, everyMs);
  return (
    <State
      answer={answer}
      isEmpty={({ spans, logs }) => spans.length + logs.length === 0}
      empty="There are no spans or lines of this trace."
    >
      {({ spans, logs }) => <Lines id={id} waterfall={layOut(spans, logs)} />}
    </State>
  );
}

function Lines({ id, waterfall }: { id: string; waterfall: Waterfall }) {
  const [chosen, setChosen] = useState<WaterfallRow>();
  const { rows, startMs, durationMs } = waterfall;
  return (
    <>
      <p class="summary">
        {clock(startMs)}, {duration(durationMs)}, {rows.filter(({ kind }) => kind === "span").length} spans,{" "}
        {rows.filter(({ kind }) => kind === "log").length} lines{" "}
        <HyperDxLink at={startMs} of={(links, range) => links.trace(id, range)} />
      </p>
      <ol class="waterfall">
        {rows.map((row) => (
          <li>
            <button type="button" class={toneOfRow(row)} onClick={() => setChosen(row)}>
              <span class="name" style={`padding-left:${row.depth * 16}px`}>
                {row.kind === "span" ? <SpanName row={row} /> : row.log.body.split("\n")[0]}
              </span>
              <span class="time">
                {row.kind === "span" ? (
                  <>
                    <span
                      class="bar"
                      style={`left:${row.start * 100}%;width:max(2px, ${row.width * 100}%)`}
                    />
                    <span class="length">
                      {duration(row.span.durationMs)}
                      {row.selfMs < row.span.durationMs - 0.05 ? `, itself ${duration(row.selfMs)}` : ""}
                    </span>
                  </>
                ) : (
                  <span class="dot" style={`left:${row.start * 100}%`} />
                )}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {chosen !== undefined && <RowDetails row={chosen} close={() => setChosen(undefined)} />}
    </>
  );
}

function SpanName({ row }: { row: WaterfallRow & { kind: "span" } }) {
  const { name, service, status, message } = row.span;
  return (
    <>
      <b>{name}</b> {service === name ? "" : service}
      {status === "Error" ? ` – ${message || "error"}` : ""}
      {row.orphan ? " (its parent is not here)" : ""}
    </>
  );
}

function toneOfRow(row: WaterfallRow): string {
  if (row.kind === "log") return `log ${toneOf(row.log.severity)}`;
  return row.span.status === "Error" ? "span error" : "span other";
}

function RowDetails({ row, close }: { row: WaterfallRow; close: () => void }) {
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
  const { span } = row;
  const events = Object.fromEntries(
    span.events.map(([time, name, attributes]) => [`${clock(time)} ${name}`, stack(attributes)]),
  );
  return (
    <Details
      title={`${span.name}, ${span.kind.toLowerCase()}, ${duration(span.durationMs)}`}
      body={span.message || span.service}
      maps={{ Events: events, Attributes: span.attributes }}
      json={span}
      actions={[]}
      close={close}
    />
  );
}

/** An exception's stack, which has type and message in it; of other events all attributes. */
function stack(attributes: Readonly<Record<string, string>>): string {
  return (
    attributes["exception.stacktrace"] ??
    Object.entries(attributes)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n")
  );
}
