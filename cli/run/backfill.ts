import pMap from "p-map";
import { describeError } from "../aws/awsError";
import type { LogReader } from "../aws/logStreams";
import {
  Delivery,
  type DeliveryResult,
  type LogStreamView,
  positionAfter,
  Resumption,
  type StoredInvocations,
  type StreamPosition,
  withoutStored,
} from "../plan/backfill";
import {
  hasExtension,
  isFunctionLine,
  runningAfter,
  type StoredEvent,
  type TelemetryEvent,
  telemetryOfStream,
} from "../plan/history";
import type { BackfillState } from "./backfillState";
import type { ProcessMark } from "./processMark";

/** What a backfill takes of AWS, the extension and ClickHouse. */
export interface BackfillParts {
  logs: Pick<LogReader, "pages" | "head">;
  /**
   * Sends the events of a stream.
   * @param started called at once with the process that sends them.
   */
  deliver(
    stream: string,
    events: readonly TelemetryEvent[],
    started: (sender: ProcessMark) => void,
  ): Promise<DeliveryResult>;
  /** Waits until a process of an earlier run has ended. */
  ended(sender: ProcessMark): Promise<void>;
  state: Pick<BackfillState, "of" | "note" | "since">;
  /** The invocations that ClickHouse has rows of, about a range; absent where it is not asked. */
  stored?(range: { from: number; to: number }): Promise<StoredInvocations>;
}

/** How it is done. */
export interface BackfillOptions {
  /** Milliseconds since 1970; events from there on are not sent. */
  until: number;
  dryRun: boolean;
  concurrency: number;
  /** No further delivery begins once it is aborted. */
  signal: AbortSignal;
  /** Called as each stream is done. */
  done(): void;
}

/** What came of a stream. */
export interface StreamResult {
  stream: string;
  /** Lines of the function that were sent, or would be. */
  lines: number;
  /** Bytes of their messages. */
  bytes: number;
  /** The extension ran in the environment, and has sent them. */
  isSent?: boolean;
  /** Lines that are in ClickHouse already. */
  stored?: number;
  /** Why the rest of it was not sent. */
  failure?: string;
  /** Lines that may be stored twice: an earlier run was killed while it sent them. */
  repeated?: number;
  /** Records that the backend refused while it took others. */
  refused?: number;
}

/** The backend does not take what is sent. Other streams would fare the same. */
class DeliveryError extends Error {}

/** Sends the history of a function, stream by stream. What is delivered is noted at once, so that another run goes on there. */
export async function backfill(
  parts: BackfillParts,
  streams: readonly LogStreamView[],
  options: BackfillOptions,
): Promise<StreamResult[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const one = async (stream: LogStreamView): Promise<StreamResult> => {
    const result: StreamResult = { stream: stream.name, lines: 0, bytes: 0 };
    try {
      if (!signal.aborted) await sendStream(parts, stream, { ...options, signal }, result);
      if (signal.aborted) result.failure ??= "not completed";
    } catch (error) {
      result.failure = describeError(error);
      if (error instanceof DeliveryError) stop.abort();
    }
    options.done();
    return result;
  };
  return pMap(streams, one, { concurrency: options.concurrency });
}

async function sendStream(
  parts: BackfillParts,
  stream: LogStreamView,
  options: BackfillOptions,
  result: StreamResult,
): Promise<void> {
  const { logs, state, stored } = parts;
  const { done, begun, sender } = state.of(stream.name);
  // What it still sends is not in ClickHouse yet, and would be sent twice.
  if (sender !== undefined) await parts.ended(sender);
  // ClickHouse knows better: the extension may have run, and have had a wrong key.
  const isFirst = done === undefined && begun === undefined;
  if (isFirst && stored === undefined && hasExtension(await logs.head(stream.name))) {
    result.isSent = true;
    return;
  }
  let position: StreamPosition | undefined = done;
  let isRepeated = begun !== undefined && stored === undefined;
  const resumption = new Resumption(position);
  const delivery = new Delivery();
  let running: StoredEvent | undefined;
  const send = async (events: readonly StoredEvent[]) => {
    const after = positionAfter(events, position);
    if (events.length === 0 || after === undefined || options.signal.aborted) return;
    const noted = { ...(position && { done: position }), begun: after };
    const sent = await sendEvents(parts, stream.name, { events, running }, options, noted);
    if (isRepeated) add(result, "repeated", sent.lines);
    isRepeated = false;
    for (const key of ["lines", "bytes", "refused", "stored"] as const) add(result, key, sent[key]);
    position = after;
    // Lines of a long invocation say what it is by its start alone.
    running = runningAfter(events, running);
  };
  for await (const page of logs.pages(stream.name, position?.time ?? state.since, options.until)) {
    for (const event of page) {
      const complete = resumption.isNew(event) ? delivery.add(event) : undefined;
      if (complete !== undefined) await send(complete);
    }
    if (options.signal.aborted) return;
  }
  await send(delivery.take());
}

/** What came of a delivery. */
type Sent = Required<Pick<StreamResult, "lines" | "bytes" | "refused" | "stored">>;

function add(result: StreamResult, key: keyof Sent | "repeated", count: number): void {
  if (count > 0) result[key] = (result[key] ?? 0) + count;
}

/** @throws with what the backend or the extension says, where not all of it arrived. */
async function sendEvents(
  { deliver, state, stored }: BackfillParts,
  stream: string,
  { events, running }: { events: readonly StoredEvent[]; running: StoredEvent | undefined },
  { dryRun }: BackfillOptions,
  noted: { done?: StreamPosition; begun: StreamPosition },
): Promise<Sent> {
  const range = { from: events[0]?.timestamp ?? 0, to: noted.begun.time };
  const left = stored === undefined ? events : withoutStored(events, await stored(range));
  const telemetry = telemetryOfStream(running === undefined ? left : [running, ...left]);
  const texts = telemetry.flatMap(({ type, record }) => (type === "function" ? [record] : []));
  const sent: Sent = {
    lines: texts.length,
    bytes: texts.reduce<number>((sum, text) => sum + byteLength(text), 0),
    refused: 0,
    stored: left.length === events.length ? 0 : events.filter(isFunctionLine).length - texts.length,
  };
  if (dryRun) return sent;
  if (left.length > 0) {
    state.note(stream, noted);
    const { refused, unsent, warnings } = await deliver(stream, telemetry, (sender) =>
      state.note(stream, { ...noted, sender }),
    );
    if (unsent > 0 || (refused > 0 && refused >= sent.lines)) {
      throw new DeliveryError(warnings.at(-1) ?? `${refused + unsent} records were not accepted`);
    }
    sent.refused = refused;
  }
  state.note(stream, { done: noted.begun });
  return sent;
}

function byteLength(text: unknown): number {
  return Buffer.byteLength(typeof text === "string" ? text : JSON.stringify(text));
}
