import { randomUUID } from "node:crypto";
import type { AwsAnswer, AwsCall } from "../../sandbox/aws/proxy";
import { DEFAULT_BUS } from "../project/routes";
import { lastPart } from "../project/values";
import { type BusEvent, busEvent } from "./busEvent";
import { jsonAnswer, jsonBody, operationOf } from "./jsonProtocol";

interface PutEntry {
  Source?: string;
  DetailType?: string;
  Detail?: string;
  Resources?: string[];
  EventBusName?: string;
  /** Seconds since 1970. */
  Time?: number;
}

/**
 * Answers EventBridge's PutEvents: each event is delivered to the targets of its bus's rules.
 * @param put delivers an event to the targets of a bus.
 * @returns undefined for calls of other services.
 */
export function answerEventBridge(
  call: AwsCall,
  put: (bus: string, event: BusEvent) => void,
  now: () => number,
): AwsAnswer | undefined {
  const operation = operationOf(call, "AWSEvents");
  if (operation === undefined) return undefined;
  if (operation !== "PutEvents")
    return json(400, {
      __type: "UnsupportedOperation",
      message: `\`dev\` emulates only PutEvents of EventBridge, not ${operation}`,
    });
  const { Entries = [] } = jsonBody(call) as { Entries?: PutEntry[] };
  const answers = Entries.map((entry) => {
    const event = eventOf(entry, now());
    if (typeof event === "string") return { ErrorCode: "MalformedDetail", ErrorMessage: event };
    put(lastPart(entry.EventBusName ?? DEFAULT_BUS), event);
    return { EventId: event.id };
  });
  const FailedEntryCount = answers.filter((answer) => "ErrorCode" in answer).length;
  return json(200, { FailedEntryCount, Entries: answers });
}

/** The event of an entry, or the reason why the entry is invalid. */
function eventOf(entry: PutEntry, now: number): BusEvent | string {
  const { Source, DetailType, Detail, Resources = [], Time } = entry;
  if (!Source || !DetailType || Detail === undefined) return "Source, DetailType and Detail are required.";
  let detail: unknown;
  try {
    detail = JSON.parse(Detail);
  } catch {
    return "Detail is malformed.";
  }
  return busEvent(
    { id: randomUUID(), "detail-type": DetailType, source: Source, resources: Resources, detail },
    Time === undefined ? now : Time * 1000,
  );
}

const json = (status: number, body: object): AwsAnswer => jsonAnswer("1.1", status, body);
