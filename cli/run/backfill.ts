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

/** What a backfill needs from AWS, the extension and ClickHouse. */
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
  /** The invocations for which ClickHouse has rows, around a range; absent if it is not queried. */
  stored?(range: { from: number; to: number }): Promise<StoredInvocations>;
}

/** Options of a backfill. */
export interface BackfillOptions {
  /** Milliseconds since 1970; events from there on are not sent. */
  until: number;
  dryRun: boolean;
  concurrency: number;
  /** No further delivery starts once it is aborted. */
  signal: AbortSignal;
  /** Called as each stream is done. */
  done(): void;
}

/** The result of a stream. */
export interface StreamResult {
  stream: string;
  /** Lines of the function that were sent, or would be. */
  lines: number;
  /** Bytes of their messages. */
  bytes: number;
  /** The extension ran in the environment, and has already sent them. */
  isSent?: boolean;
  /** Lines that are already in ClickHouse. */
  stored?: number;
  /** Why the rest of it was not sent. */
  failure?: string;
  /** Lines that may be stored twice: an earlier run was killed while it sent them. */
  repeated?: number;
  /** Records that the backend refused while it took others. */
  refused?: number;
}

/** The backend does not accept what is sent. Other streams would fail in the same way. */
class DeliveryError extends Error {}

/**
 * Sends the history of a function, stream by stream. Deliveries are recorded at once, so that another run continues
 * there.
 */
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
  // ClickHouse is more reliable: the extension may have run with a wrong key.
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
    // Lines of a long invocation are only identified by its start.
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

/** The result of a delivery. */
type Sent = Required<Pick<StreamResult, "lines" | "bytes" | "refused" | "stored">>;

function add(result: StreamResult, key: keyof Sent | "repeated", count: number): void {
  if (count > 0) result[key] = (result[key] ?? 0) + count;
}

/** @throws with the message of the backend or the extension, if not all of it arrived. */
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
