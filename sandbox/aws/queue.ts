import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { clientOptions, type EmbeddedAws } from "./embeddedAws";
import { sqsEvent } from "./events";

/** A queue whose messages a function gets. */
export interface QueueSource {
  aws: EmbeddedAws;
  region: string;
  queueUrl: string;
  /** Maximum number of messages in one event. Default 10, as in Lambda. */
  batchSize?: number;
}

/**
 * Delivers the messages of a queue to a function in batches until the queue is empty, and removes those that it
 * processed, as Lambda's poller does.
 * @param invoke runs the function; true when it succeeded.
 * @returns how many messages the function was given.
 */
export async function deliverMessages(
  { aws, region, queueUrl: QueueUrl, batchSize = 10 }: QueueSource,
  invoke: (event: object) => Promise<boolean>,
): Promise<number> {
  const client = new SQSClient(clientOptions(aws, region));
  let delivered = 0;
  try {
    const described = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
    );
    const arn = described.Attributes?.QueueArn ?? "";
    for (;;) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: batchSize,
          MessageSystemAttributeNames: ["All"],
          MessageAttributeNames: ["All"],
        }),
      );
      if (Messages.length === 0) return delivered;
      delivered += Messages.length;
      if (!(await invoke(sqsEvent(arn, Messages)))) continue;
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  } finally {
    client.destroy();
  }
}
