import type { InvocationResult } from "../../sandbox";
import { localArn } from "../project/template";
import type { SentMessage } from "./sqs";

/** How an asynchronous invocation ended. */
export interface Outcome {
  name: string;
  event: unknown;
  result: InvocationResult;
  attempts: number;
}

/**
 * The record for a destination (Lambda developer guide, "Capturing records of Lambda asynchronous invocations").
 * @param now in milliseconds since 1970.
 */
export function outcomeRecord({ name, event, result, attempts }: Outcome, now: number): object {
  const { requestId, functionError, payload } = result;
  return {
    version: "1.0",
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId,
      functionArn: `${localArn(name)}:$LATEST`,
      condition: functionError === undefined ? "Success" : "RetriesExhausted",
      approximateInvokeCount: attempts,
    },
    requestPayload: event,
    responseContext: {
      statusCode: 200,
      executedVersion: "$LATEST",
      ...(functionError !== undefined && { functionError }),
    },
    responsePayload: payload,
  };
}

/** The message for a dead-letter queue: the event, with attributes that describe the failure. */
export function deadLetter({ event, result }: Outcome): SentMessage {
  const { errorMessage } = (result.payload ?? {}) as { errorMessage?: unknown };
  const text = (DataType: string, StringValue: string) => ({ DataType, StringValue });
  return {
    MessageBody: JSON.stringify(event ?? null),
    MessageAttributes: {
      RequestID: text("String", result.requestId),
      ErrorCode: text("Number", "200"),
      ErrorMessage: text("String", String(errorMessage ?? result.status)),
    },
  };
}
