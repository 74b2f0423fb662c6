import { createHash, randomUUID } from "node:crypto";
import { sqsEvent } from "../../sandbox/aws/events";
import type { AwsAnswer, AwsCall } from "../../sandbox/aws/proxy";
import { localPlace } from "../project/template";
import { lastPart } from "../project/values";
import { jsonAnswer, jsonBody, operationOf } from "./jsonProtocol";

/** Runs the functions of a queue with an event; undefined if no function reads the queue. */
export type DeliverToQueue = (queue: string, event: object) => Promise<boolean> | undefined;

/** Maximum number of deliveries of a message to a failing function: as with a dead-letter queue's `maxReceiveCount` of 3. */
const DELIVERIES = 3;

/** A message sent to a queue. */
export interface SentMessage {
  Id?: string;
  MessageBody?: string;
  MessageAttributes?: Record<string, { DataType?: string; StringValue?: string; BinaryValue?: string }>;
  MessageSystemAttributes?: Record<string, { StringValue?: string }>;
}

/**
 * Answers Amazon SQS for queues that functions of the project read: messages are delivered to them immediately, each in a separate
 * event.
 * @returns undefined for calls of other services.
 */
export function answerSqs(call: AwsCall, deliver: DeliverToQueue, now: () => number): AwsAnswer | undefined {
  const operation = operationOf(call, "AmazonSQS");
  if (operation === undefined) return undefined;
  const body = jsonBody(call) as SentMessage & {
    QueueUrl?: string;
    QueueName?: string;
    Entries?: SentMessage[];
  };
  if (operation === "GetQueueUrl")
    return json(200, {
      QueueUrl: `http://${call.headers.host}/${localPlace.accountId}/${body.QueueName ?? ""}`,
    });
  const queue = lastPart(body.QueueUrl ?? "");
  const send = (message: SentMessage) => {
    const sent = sendToQueue(queue, message, deliver, now());
    return sent && { MessageId: sent.MessageId, MD5OfMessageBody: sent.MD5OfMessageBody };
  };
  if (operation === "SendMessage") {
    const answer = send(body);
    return answer === undefined ? noQueue(queue) : json(200, answer);
  }
  if (operation === "SendMessageBatch") {
    const answers = (body.Entries ?? []).map((entry) => ({ entry, answer: send(entry) }));
    if (answers.some(({ answer }) => answer === undefined)) return noQueue(queue);
    return json(200, {
      Successful: answers.map(({ entry, answer }) => ({ Id: entry.Id, ...answer })),
      Failed: [],
    });
  }
  return json(400, {
    __type: "com.amazonaws.sqs#UnsupportedOperation",
    message: `\`dev\` emulates only sending to queues, not ${operation}`,
  });
}

/**
 * Delivers a message to the functions of a queue, with retries if they fail.
 * @returns undefined if no function reads the queue; `handled` resolves to whether they finally succeeded.
 */
export function sendToQueue(
  queue: string,
  { MessageBody = "", MessageAttributes, MessageSystemAttributes }: SentMessage,
  deliver: DeliverToQueue,
  now: number,
): { MessageId: string; MD5OfMessageBody: string; handled: Promise<boolean> } | undefined {
  const MessageId = randomUUID();
  const MD5OfBody = createHash("md5").update(MessageBody).digest("hex");
  const arn = `arn:aws:sqs:${localPlace.region}:${localPlace.accountId}:${queue}`;
  const eventOf = (receives: number) =>
    sqsEvent(arn, [
      {
        MessageId,
        MD5OfBody,
        ReceiptHandle: randomUUID(),
        Body: MessageBody,
        ...(MessageAttributes && { MessageAttributes: attributesOf(MessageAttributes) }),
        Attributes: {
          ...Object.fromEntries(
            Object.entries(MessageSystemAttributes ?? {}).map(([name, value]) => [
              name,
              value.StringValue ?? "",
            ]),
          ),
          ApproximateReceiveCount: `${receives}`,
          SentTimestamp: `${now}`,
        },
      },
    ]);
  const first = deliver(queue, eventOf(1));
  if (first === undefined) return undefined;
  const handled = repeated(first, (receives) => deliver(queue, eventOf(receives)));
  return { MessageId, MD5OfMessageBody: MD5OfBody, handled };
}

/** As in the SDK: binary values are base64. */
function attributesOf(
  given: NonNullable<SentMessage["MessageAttributes"]>,
): Record<string, { DataType: string; StringValue?: string; BinaryValue?: Uint8Array }> {
  return Object.fromEntries(
    Object.entries(given).map(([name, { DataType = "String", StringValue, BinaryValue }]) => [
      name,
      {
        DataType,
        ...(StringValue !== undefined && { StringValue }),
        ...(BinaryValue !== undefined && { BinaryValue: Buffer.from(BinaryValue, "base64") }),
      },
    ]),
  );
}

/** Delivers a message again while the function fails. Results are shown where the function runs. */
async function repeated(
  first: Promise<boolean>,
  again: (receives: number) => Promise<boolean> | undefined,
): Promise<boolean> {
  let succeeded = await first.catch(() => false);
  for (let receives = 2; !succeeded && receives <= DELIVERIES; receives += 1)
    succeeded = (await again(receives)?.catch(() => false)) ?? true;
  return succeeded;
}

function noQueue(queue: string): AwsAnswer {
  return json(400, {
    __type: "com.amazonaws.sqs#QueueDoesNotExist",
    message: `No function of the project reads the queue "${queue}"`,
  });
}

const json = (status: number, body: object): AwsAnswer => jsonAnswer("1.0", status, body);
