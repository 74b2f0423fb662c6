import assert from "node:assert/strict";
import { functionUrlEvent, sqsEvent } from "../../../../sandbox/aws/events";

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

describe("events of the local AWS", () => {
  it("of a function URL are in payload format 2.0, with headers in lower case", () => {
    const now = new Date("2026-01-31T12:00:00Z");
    const request = {
      method: "POST",
      path: "/orders?dry=1",
      headers: { Traceparent: traceparent },
      body: "{}",
    };
    const event = functionUrlEvent("https://abc.lambda-url.us-east-2.on.aws/", request, now, "id-1");
    const { requestContext, ...rest } = event as Record<string, Record<string, unknown>>;
    assert.equal(requestContext?.domainName, "abc.lambda-url.us-east-2.on.aws");
    assert.deepEqual(requestContext?.timeEpoch, now.getTime());
    assert.deepEqual(rest, {
      version: "2.0",
      routeKey: "$default",
      rawPath: "/orders",
      rawQueryString: "dry=1",
      queryStringParameters: { dry: "1" },
      headers: { host: "abc.lambda-url.us-east-2.on.aws", traceparent },
      body: "{}",
      isBase64Encoded: false,
    });
  });

  it("of a queue hand message attributes on", () => {
    const event = sqsEvent("arn:aws:sqs:us-east-2:123456789012:orders", [
      {
        MessageId: "m-1",
        ReceiptHandle: "r-1",
        Body: "{}",
        Attributes: { ApproximateReceiveCount: "1" },
        MessageAttributes: {
          traceparent: { DataType: "String", StringValue: traceparent },
          raw: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2]) },
        },
      },
    ]);
    const [record] = (event as { Records: Record<string, unknown>[] }).Records;
    assert.equal(record?.awsRegion, "us-east-2");
    assert.deepEqual(record?.messageAttributes, {
      traceparent: {
        stringValue: traceparent,
        stringListValues: [],
        binaryListValues: [],
        dataType: "String",
      },
      raw: { binaryValue: "AQI=", stringListValues: [], binaryListValues: [], dataType: "Binary" },
    });
  });
});
