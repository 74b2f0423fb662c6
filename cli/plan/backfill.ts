import { endedInvocation, isFunctionLine, type StoredEvent, startedInvocation } from "./history";

/** A log stream: the lines of one execution environment of a function. */
export interface LogStreamView {
  name: string;
  /** Milliseconds since 1970; CloudWatch Logs may report the last event up to an hour late. */
  firstEvent?: number;
  lastEvent?: number;
  lastIngestion?: number;
}

/**
 * How far the events of a stream were delivered: those before `time`, and the first `count` of that millisecond.
 * CloudWatch Logs keeps the order of a stream, and Lambda only appends to it.
 */
export interface StreamPosition {
  /** Milliseconds since 1970. */
  time: number;
  /** Delivered events of that millisecond. */
  count: number;
}

/** Invocations for which ClickHouse has rows, by request id. */
export interface StoredInvocations {
  withLines: ReadonlySet<string>;
  withSpans: ReadonlySet<string>;
}

/** Removes events of invocations for which ClickHouse has rows, with what the environment wrote before each of them. */
export function withoutStored(
  events: readonly StoredEvent[],
  { withLines, withSpans }: StoredInvocations,
): StoredEvent[] {
  const left: StoredEvent[] = [];
  let group: StoredEvent[] = [];
  const close = (requestId: string | undefined) => {
    const isStored = (id: string) => withLines.has(id) || (withSpans.has(id) && !group.some(isFunctionLine));
    if (requestId === undefined || !isStored(requestId)) left.push(...group);
    group = [];
  };
  let running: string | undefined;
  for (const event of events) {
    running = startedInvocation(event) ?? running;
    group.push(event);
    const ended = endedInvocation(event);
    if (ended === undefined) continue;
    close(ended);
    running = undefined;
  }
  close(running);
  return left;
}

/** JSON bytes after which a delivery ends with the current invocation; `mostBytes` ends it in any case. */
const enoughBytes = 3_000_000;
/** The extension accepts batches of up to 8 MiB. */
const mostBytes = 7_000_000;

/** Bytes of an event in a batch in addition to its message. */
const eventBytes = 80;

/** Approximate bytes of a stored event in the extension's batch. */
export function batchBytes({ message }: StoredEvent): number {
  return Buffer.byteLength(JSON.stringify(message)) + eventBytes;
}

/** Collects events until a delivery is large enough, and then splits it at the end of an invocation. */
export class Delivery {
  private events: StoredEvent[] = [];
  private bytes = 0;

  /** @returns the events of a delivery once it is complete. */
  add(event: StoredEvent): StoredEvent[] | undefined {
    const bytes = batchBytes(event);
    if (this.events.length > 0 && this.bytes + bytes > mostBytes) {
      const complete = this.take();
      this.push(event, bytes);
      return complete;
    }
    this.push(event, bytes);
    return this.bytes >= enoughBytes && endedInvocation(event) !== undefined ? this.take() : undefined;
  }

  /** The remaining events at the end of the stream. */
  take(): StoredEvent[] {
    const { events } = this;
    this.events = [];
    this.bytes = 0;
    return events;
  }

  private push(event: StoredEvent, bytes: number): void {
    this.events.push(event);
    this.bytes += bytes;
  }
}

/** The position after these events. @param before the position that they follow. */
export function positionAfter(
  events: readonly StoredEvent[],
  before: StreamPosition | undefined,
): StreamPosition | undefined {
  const time = events.at(-1)?.timestamp;
  if (time === undefined) return before;
  const count = events.filter(({ timestamp }) => timestamp === time).length;
  return { time, count: before?.time === time ? before.count + count : count };
}

/** Skips events that an earlier run delivered. Events are passed in the stream's order, from the position's time on. */
export class Resumption {
  private seen = 0;

  constructor(private readonly position: StreamPosition | undefined) {}

  /** Whether the event is still to be delivered. */
  isNew({ timestamp }: StoredEvent): boolean {
    if (this.position === undefined || timestamp > this.position.time) return true;
    if (timestamp < this.position.time) return false;
    this.seen += 1;
    return this.seen > this.position.count;
  }
}

/** The streams that may have events between two moments, the oldest first. @param shared whether functions share the group. */
export function streamsOf(
  streams: readonly LogStreamView[],
  { name, since, until, shared }: { name: string; since: number; until: number; shared: boolean },
): LogStreamView[] {
  const isOwn = (stream: LogStreamView) => !shared || stream.name.includes(`/${name}[`);
  const isWithin = ({ firstEvent = 0, lastEvent = 0, lastIngestion = 0 }: LogStreamView) =>
    Math.max(lastEvent, lastIngestion) >= since && firstEvent < until;
  return streams
    .filter((stream) => isOwn(stream) && isWithin(stream))
    .sort((one, other) => (one.firstEvent ?? 0) - (other.firstEvent ?? 0));
}

/** The function as seen by the extension, in the environment that wrote a stream. */
export interface BackfilledFunction {
  name: string;
  /** ARN without version or alias. */
  arn: string;
  region: string;
  logGroup: string;
  memorySize?: number;
  usesManagedInstances?: boolean;
}

/** Variables that have a different meaning on this machine. */
const notHere = /^(?:AWS_|LD_|_LAMBDA|HTTPS?_PROXY$|NO_PROXY$|https?_proxy$|no_proxy$|PATH$)/;
const proxyVariables = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy"];

/**
 * The environment of the extension for a stream: the function's settings with their references resolved, and what
 * Lambda adds. Receivers use any free port, and platform metrics are off, since this is history.
 * @param machine variables of this process, of which the proxies are used.
 */
export function extensionEnvironment(
  of: BackfilledFunction,
  stream: string,
  settings: Readonly<Record<string, string>>,
  machine: Readonly<Record<string, string | undefined>>,
  runtimeApi: string,
): Record<string, string> {
  const own = Object.entries(settings).filter(([name]) => !notHere.test(name));
  const proxies = proxyVariables.flatMap((name) => {
    const value = machine[name];
    return value ? [[name, value] as const] : [];
  });
  const version = versionOf(stream);
  const qualifier = version === "$LATEST" ? "" : `:${version}`;
  return {
    TZ: ":UTC",
    ...Object.fromEntries([...own, ...proxies]),
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: of.name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_LOG_GROUP_NAME: of.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: stream,
    AWS_REGION: of.region,
    ...(of.memorySize !== undefined && { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(of.memorySize) }),
    ...(of.usesManagedInstances && { AWS_LAMBDA_INITIALIZATION_TYPE: "lambda-managed-instances" }),
    // Not through registration: the extension would write the account to a file of the environment.
    OTEL_RESOURCE_ATTRIBUTES: [
      `cloud.account.id=${of.arn.split(":")[4]}`,
      `cloud.resource_id=${of.arn}${qualifier}`,
      settings.OTEL_RESOURCE_ATTRIBUTES,
    ]
      .filter(Boolean)
      .join(","),
    CLICKSTACK_BUFFER_MIB: "128",
    CLICKSTACK_PLATFORM_METRICS: "false",
    CLICKSTACK_RUNTIME_PROXY: "false",
    ROTEL_TELEMETRY_ENDPOINT: "127.0.0.1:0",
    ROTEL_OTLP_HTTP_ENDPOINT: "127.0.0.1:0",
    ROTEL_OTLP_GRPC_ENDPOINT: "127.0.0.1:0",
    RUST_LOG: "info",
  };
}

/** The version in brackets in a stream's name; `$LATEST` if there is none. */
function versionOf(stream: string): string {
  return /\[(\$LATEST|\d+)\]/.exec(stream)?.[1] ?? "$LATEST";
}

/** The result of a delivery according to the extension's own lines. */
export interface DeliveryResult {
  /** Records that were rejected, or not sent in time. */
  refused: number;
  unsent: number;
  /** The reasons, in the extension's messages. */
  warnings: string[];
}

const dropsLine =
  /records dropped: (\d+) \(buffer full\), (\d+) \(refused by the backend\), (\d+) \(retried for too long\), (\d+) \(not sent before the end\)/;

/** Parses the extension's standard error. */
export function deliveryResult(stderr: string): DeliveryResult {
  const warnings = stderr
    .split("\n")
    .flatMap((line) => /^clickstack-extension: (?:WARN|ERROR) (.*)$/.exec(line)?.[1] ?? []);
  const [, full = 0, refused = 0, expired = 0, unsent = 0] = (dropsLine.exec(stderr) ?? []).map(Number);
  return { refused, unsent: full + expired + unsent, warnings };
}
