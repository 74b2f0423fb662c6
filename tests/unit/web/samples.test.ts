import assert from "node:assert/strict";
import { triggerOf } from "../../../layers/node/core/triggers";
import { samples } from "../../../web/page/samples";

describe("sample events", () => {
  it("are what the tracing layers know them as", () => {
    assert.deepEqual(
      samples.map(({ title, event }) => [title, triggerOf(event).name]),
      [
        ["Your own", "direct"],
        ["Function URL", "function-url"],
        ["API Gateway, HTTP API", "api-gateway-http"],
        ["API Gateway, REST API", "api-gateway-rest"],
        ["API Gateway, WebSocket API", "api-gateway-websocket"],
        ["Application Load Balancer", "alb"],
        ["SQS", "sqs"],
        ["SNS", "sns"],
        ["EventBridge", "eventbridge"],
        ["EventBridge, schedule", "schedule"],
        ["S3", "s3"],
        ["DynamoDB stream", "dynamodb"],
        ["Kinesis", "kinesis"],
        ["Kafka (MSK)", "kafka"],
        ["Cognito, pre sign-up", "cognito"],
      ],
    );
  });
});
