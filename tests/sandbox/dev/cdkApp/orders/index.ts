import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

export const handler = async ({ sku }: { sku: string }) => {
  console.warn("stock low for", sku);
  await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: process.env.AUDIT, MessageBody: sku }));
  return { ordered: sku };
};
