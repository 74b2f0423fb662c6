import type { LogStreamView } from "../plan/backfill";
import type { StoredEvent } from "../plan/history";
import { awsErrorName, describeError } from "./awsError";
import type { AwsClients } from "./clients";
import { Pace } from "./pace";

/**
 * Requests per second. AWS allows five of DescribeLogStreams for an account and region (API reference), and for
 * GetLogEvents the region's quota; other clients of the account also want to read logs. The SDK retries requests that
 * are throttled nevertheless.
 */
const perSecond = { streams: 4, events: 10 } as const;

/** The lines that name an environment's extensions come after what the function logs while it starts. */
const headEvents = 500;

/** A log group. */
export interface LogGroupPlace {
  region: string;
  logGroup: string;
}

/** Reads log streams of a region at a rate that leaves room for other clients. */
export class LogReader {
  private readonly streamsPace = new Pace(perSecond.streams);
  private readonly eventsPace = new Pace(perSecond.events);

  constructor(
    private readonly clients: AwsClients,
    private readonly place: LogGroupPlace,
  ) {}

  /**
   * The log streams of the group that have events since a moment in milliseconds since 1970, the newest first, and perhaps
   * some older ones.
   */
  async streams(since: number): Promise<LogStreamView[]> {
    const { paginateDescribeLogStreams } = await import("@aws-sdk/client-cloudwatch-logs");
    const { region, logGroup: logGroupName } = this.place;
    const client = await this.clients.logs(region);
    const found: LogStreamView[] = [];
    const order = { orderBy: "LastEventTime", descending: true } as const;
    await this.streamsPace.turn();
    for await (const { logStreams = [] } of paginateDescribeLogStreams(
      { client },
      { logGroupName, ...order },
    )) {
      for (const one of logStreams) {
        found.push({
          name: one.logStreamName ?? "",
          ...(one.firstEventTimestamp !== undefined && { firstEvent: one.firstEventTimestamp }),
          ...(one.lastEventTimestamp !== undefined && { lastEvent: one.lastEventTimestamp }),
          ...(one.lastIngestionTime !== undefined && { lastIngestion: one.lastIngestionTime }),
        });
      }
      const { lastEvent = 0, lastIngestion = 0 } = found.at(-1) ?? {};
      if (logStreams.length > 0 && Math.max(lastEvent, lastIngestion) < since) break;
      await this.streamsPace.turn();
    }
    return found;
  }

  /** The first events of a stream. */
  async head(logStreamName: string): Promise<StoredEvent[]> {
    const { GetLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const { region, logGroup: logGroupName } = this.place;
    const client = await this.clients.logs(region);
    await this.eventsPace.turn();
    const of = { logGroupName, logStreamName, startFromHead: true, limit: headEvents };
    const { events = [] } = await client.send(new GetLogEventsCommand(of));
    return events.map(storedEvent);
  }

  /** The events of a stream between two moments in milliseconds since 1970, in their order, a page at a time. */
  async *pages(logStreamName: string, startTime: number, endTime: number): AsyncGenerator<StoredEvent[]> {
    const { GetLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const { region, logGroup: logGroupName } = this.place;
    const client = await this.clients.logs(region);
    const of = { logGroupName, logStreamName, startTime, endTime, startFromHead: true };
    let token: string | undefined;
    for (;;) {
      await this.eventsPace.turn();
      const page = await client.send(new GetLogEventsCommand({ ...of, ...(token && { nextToken: token }) }));
      const events = page.events ?? [];
      if (events.length > 0) yield events.map(storedEvent);
      // At the end of a stream, the response repeats the request's token (GetLogEvents, API reference).
      if (page.nextForwardToken === undefined || page.nextForwardToken === token) return;
      token = page.nextForwardToken;
    }
  }
}

function storedEvent({ timestamp = 0, message = "" }: { timestamp?: number; message?: string }): StoredEvent {
  return { timestamp, message };
}

/** Number of log streams of a group that were created or written to since a moment; 0 if there is no group. */
export async function countStreams(
  clients: AwsClients,
  region: string,
  logGroupName: string,
  since: number,
): Promise<number | { error: string }> {
  const { DescribeLogStreamsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  try {
    const client = await clients.logs(region);
    const { logStreams = [] } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName, orderBy: "LastEventTime", descending: true }),
    );
    return logStreams.filter(
      ({ creationTime = 0, lastIngestionTime = 0 }) => Math.max(creationTime, lastIngestionTime) >= since,
    ).length;
  } catch (error) {
    if (awsErrorName(error) === "ResourceNotFoundException") return 0;
    return { error: describeError(error) };
  }
}
