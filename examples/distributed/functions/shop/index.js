const { SendMessageCommand, SQSClient } = require("@aws-sdk/client-sqs");

const sqs = new SQSClient();

// Takes an order by HTTP: POST { "sku": "A-17", "amount": 2 }
exports.handler = async (event) => {
  const order = { id: event.requestContext.requestId, ...JSON.parse(event.body ?? "{}") };
  console.log(`order ${order.id} accepted`);
  await sqs.send(
    new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody: JSON.stringify(order) }),
  );
  return { statusCode: 202, body: JSON.stringify({ order: order.id }) };
};
