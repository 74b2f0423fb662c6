// Shortened events from AWS's documentation of each service. The tests of the layers for Node.js and Python and of the
// extension's runtime API proxy replay the same file.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const account = "eu-central-1:123456789012";
const sqsRecord = (fields: object): object => ({
  messageId: "m-1",
  body: "hello",
  attributes: { SentTimestamp: "1" },
  messageAttributes: {},
  eventSource: "aws:sqs",
  eventSourceARN: `arn:aws:sqs:${account}:orders`,
  ...fields,
});
/** By trigger: an event, and the expected span. `isChild`: the event has a W3C context. */
export interface EventCase {
  trigger: string;
  event: unknown;
  name?: string;
  kind: "SERVER" | "CONSUMER";
  faas: string;
  attributes?: Record<string, unknown>;
  isChild?: boolean;
}

const file = join(__dirname, "..", "..", "..", "..", "runtime", "tests", "fixtures", "triggers.json");
const cases = JSON.parse(readFileSync(file, "utf8")) as (EventCase & { title: string })[];

/** By title. An attribute that is `null` in the file must not exist. */
export const events: Readonly<Record<string, EventCase>> = Object.fromEntries(
  cases.map(({ title, attributes = {}, ...rest }) => {
    const expected = Object.entries(attributes).map(([name, value]) => [name, value ?? undefined]);
    return [title, { ...rest, attributes: Object.fromEntries(expected) as Record<string, unknown> }];
  }),
);

/** A batch of SQS messages, each from a different trace. */
export const sqsBatch = (contexts: readonly (string | undefined)[]): object => ({
  Records: contexts.map((context, index) =>
    sqsRecord({
      messageId: `m-${index}`,
      messageAttributes: context ? { traceparent: { stringValue: context, dataType: "String" } } : {},
    }),
  ),
});
