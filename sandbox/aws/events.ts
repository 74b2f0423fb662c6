import type { Message } from "@aws-sdk/client-sqs";

/** An HTTP request that reaches a function by its URL. */
export interface HttpRequest {
  method: string;
  /** With its query. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** The event of a function URL: payload format 2.0 (AWS Lambda developer guide, "Invoking Lambda function URLs"). */
export function functionUrlEvent(url: string, request: HttpRequest, now: Date, requestId: string): object {
  const { hostname } = new URL(url);
  const [rawPath = "/", rawQueryString = ""] = request.path.split("?", 2);
  const given = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const query = Object.fromEntries(new URLSearchParams(rawQueryString));
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers: { host: hostname, ...Object.fromEntries(given) },
    ...(rawQueryString && { queryStringParameters: query }),
    requestContext: {
      accountId: "anonymous",
      apiId: hostname.split(".")[0],
      domainName: hostname,
      domainPrefix: hostname.split(".")[0],
      http: {
        method: request.method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "203.0.113.7",
        userAgent: "curl/8.5.0",
      },
      requestId,
      routeKey: "$default",
      stage: "$default",
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(request.body !== undefined && { body: request.body }),
    isBase64Encoded: false,
  };
}

/** The event of a queue's messages, as Lambda's poller makes it (developer guide, "Using Lambda with Amazon SQS"). */
export function sqsEvent(queueArn: string, messages: readonly Message[]): object {
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: Object.fromEntries(
        Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
          name,
          {
            ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
            ...(value.BinaryValue !== undefined && {
              binaryValue: Buffer.from(value.BinaryValue).toString("base64"),
            }),
            stringListValues: [],
            binaryListValues: [],
            dataType: value.DataType,
          },
        ]),
      ),
      md5OfBody: message.MD5OfBody,
      eventSource: "aws:sqs",
      eventSourceARN: queueArn,
      awsRegion: queueArn.split(":")[3],
    })),
  };
}

/** What SNS sends to its subscribers about a message, without its signature, which is not checked. */
export interface SnsNotification {
  MessageId: string;
  TopicArn: string;
  Subject?: string;
  Message: string;
  /** ISO 8601. */
  Timestamp: string;
  MessageAttributes: Readonly<Record<string, { Type: string; Value: string }>>;
}

/** The event of a topic's message (developer guide, "Using Lambda with Amazon SNS"). */
export function snsEvent(subscriptionArn: string, notification: SnsNotification): object {
  const { Subject = null, ...others } = notification;
  const signature = { SignatureVersion: "1", Signature: "", SigningCertUrl: "", UnsubscribeUrl: "" };
  return {
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: subscriptionArn,
        Sns: { Type: "Notification", Subject, ...others, ...signature },
      },
    ],
  };
}
