import { useState } from "preact/hooks";
import type { InvocationRow, PageFunction, PageInvocation } from "../api/rows";
import type { Place } from "./address";
import { act } from "./api";
import { duration, equals } from "./format";
import { samples } from "./samples";
import { TraceLines } from "./trace";
import { useAnswer } from "./useAnswer";

interface InvokeProps {
  functions: readonly PageFunction[];
  go: (change: Partial<Place>) => void;
}

type Sent =
  | { state: "none" }
  | { state: "running" }
  | { state: "failed"; error: string }
  | { state: "answered"; answer: PageInvocation };

const REFRESH_MS = 1000;

/** Sends an event to a function, and shows its response, log lines and trace. */
export function Invoke({ functions, go }: InvokeProps) {
  const [name, setName] = useState(functions[0]?.name ?? "");
  const [event, setEvent] = useState(pretty(samples[0]?.event));
  const [sent, setSent] = useState<Sent>({ state: "none" });
  const chosen = functions.find((one) => one.name === name);
  // The first one stays: the field initially contains it.
  const offered = [...samples.slice(0, 1), ...(chosen?.samples ?? []), ...samples.slice(1)];
  const send = async () => {
    try {
      const body = { function: name, event: parsed(event) };
      setSent({ state: "running" });
      setSent({ state: "answered", answer: await act<PageInvocation>("invoke", body) });
    } catch (error) {
      setSent({ state: "failed", error: (error as Error).message });
    }
  };
  return (
    <div class="invoke">
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault();
          send();
        }}
      >
        <p class="actions">
          <label>
            Function{" "}
            <select
              aria-label="Function"
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            >
              {functions.map((one) => (
                <option value={one.name}>{one.name}</option>
              ))}
            </select>
          </label>
          <label>
            Sample{" "}
            <select
              aria-label="Sample"
              onChange={({ currentTarget }) => setEvent(pretty(offered[Number(currentTarget.value)]?.event))}
            >
              {offered.map(({ title }, index) => (
                <option value={index}>{title}</option>
              ))}
            </select>
          </label>
          <button type="submit" disabled={sent.state === "running"}>
            Send
          </button>
          <span class="quiet">Ctrl+Enter sends</span>
        </p>
        <textarea
          aria-label="Event"
          value={event}
          spellcheck={false}
          onInput={({ currentTarget }) => setEvent(currentTarget.value)}
          onKeyDown={(pressed) => {
            if (pressed.key === "Enter" && (pressed.ctrlKey || pressed.metaKey)) send();
          }}
        />
        {chosen?.url !== undefined && (
          <p class="quiet">
            {chosen.runtime}, function URL <code>{chosen.url}</code>
          </p>
        )}
      </form>
      <section aria-label="Answer" aria-live="polite">
        <Result sent={sent} go={go} />
      </section>
    </div>
  );
}

function Result({ sent, go }: { sent: Sent; go: InvokeProps["go"] }) {
  if (sent.state === "none")
    return <p class="state">The response, its log lines and its trace are shown here.</p>;
  if (sent.state === "running") return <p class="state">Running …</p>;
  if (sent.state === "failed") return <p class="state failed">{sent.error}</p>;
  const { requestId, status, payload, durationMs, billedDurationMs, initDurationMs } = sent.answer;
  return (
    <>
      <h2 class={status === "success" ? "" : "failed"}>
        {status}, {duration(durationMs)}, billed {billedDurationMs} ms
        {initDurationMs === undefined ? "" : `, init ${duration(initDurationMs)}`}
      </h2>
      <pre>{pretty(payload)}</pre>
      <TraceOfInvocation key={requestId} requestId={requestId} go={go} />
    </>
  );
}

/** The trace of an invocation, as soon as its span is stored. */
function TraceOfInvocation({ requestId, go }: { requestId: string; go: InvokeProps["go"] }) {
  const { answer } = useAnswer<{ rows: InvocationRow[] }>(
    "invocations",
    { filter: equals("invocation", requestId), limit: 1 },
    REFRESH_MS,
  );
  if (answer.state === "failed") return <p class="state failed">{answer.error}</p>;
  const traceId = answer.state === "there" ? answer.value.rows[0]?.traceId : undefined;
  if (traceId === undefined) return <p class="state">Waiting for the trace …</p>;
  return (
    <>
      <p class="actions">
        <button type="button" onClick={() => go({ view: "traces", trace: traceId })}>
          Open the trace
        </button>
        <button type="button" onClick={() => go({ view: "logs", filter: equals("invocation", requestId) })}>
          Lines of this invocation
        </button>
      </p>
      <TraceLines id={traceId} everyMs={REFRESH_MS} />
    </>
  );
}

function pretty(value: unknown): string {
  return JSON.stringify(value ?? null, null, 2);
}

/** @throws Error that says where the event is not valid JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The event is not JSON: ${(error as Error).message}`);
  }
}
