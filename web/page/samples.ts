import type { EventSample } from "../api/rows";

const account = "123456789012";
const region = "us-east-1";
const time = "2026-01-31T12:00:00.000Z";
const epoch = Date.parse(time);
const body = JSON.stringify({ sku: "A-17", amount: 2 });
const arn = (service: string, name: string) => `arn:aws:${service}:${region}:${account}:${name}`;

const http = {
  version: "2.0",
  routeKey: "$default",
  rawPath: "/orders",
  rawQueryString: "express=true",
  headers: { "content-type": "application/json", host: "abc.lambda-url.us-east-1.on.aws" },
  queryStringParameters: { express: "true" },
  requestContext: {
    accountId: "anonymous",
    apiId: "abc",
    domainName: "abc.lambda-url.us-east-1.on.aws",
    domainPrefix: "abc",
    http: {
      method: "POST",
      path: "/orders",
      protocol: "HTTP/1.1",
      sourceIp: "203.0.113.7",
      userAgent: "curl/8",
    },
    requestId: "8f2c",
    routeKey: "$default",
    stage: "$default",
    time: "31/Jan/2026:12:00:00 +0000",
    timeEpoch: epoch,
  },
  body,
  isBase64Encoded: false,
};

const rest = {
  resource: "/orders",
  path: "/orders",
  httpMethod: "POST",
  headers: { "Content-Type": "application/json", Host: "abc.execute-api.us-east-1.amazonaws.com" },
  multiValueHeaders: { "Content-Type": ["application/json"] },
  queryStringParameters: null,
  pathParameters: null,
  stageVariables: null,
  requestContext: {
    accountId: account,
    apiId: "abc",
    domainName: "abc.execute-api.us-east-1.amazonaws.com",
    httpMethod: "POST",
    identity: { sourceIp: "203.0.113.7", userAgent: "curl/8" },
    path: "/prod/orders",
    protocol: "HTTP/1.1",
    requestId: "8f2c",
    requestTimeEpoch: epoch,
    resourcePath: "/orders",
    stage: "prod",
  },
  body,
  isBase64Encoded: false,
};

const record = { awsRegion: region, eventSource: "", eventVersion: "1.0" };
const kinesisData = btoa(body);

/** A sample event for every trigger that the tracing layers support, in the format of AWS's documentation. */
export const samples: readonly EventSample[] = [
  { title: "Your own", event: { sku: "A-17", amount: 2 } },
  { title: "Function URL", event: http },
  {
    title: "API Gateway, HTTP API",
    event: {
      ...http,
      routeKey: "POST /orders",
      requestContext: {
        ...http.requestContext,
        accountId: account,
        domainName: "abc.execute-api.us-east-1.amazonaws.com",
        routeKey: "POST /orders",
      },
    },
  },
  { title: "API Gateway, REST API", event: rest },
  {
    title: "API Gateway, WebSocket API",
    event: {
      requestContext: {
        apiId: "abc",
        connectionId: "c-1",
        domainName: "abc.execute-api.us-east-1.amazonaws.com",
        eventType: "MESSAGE",
        messageDirection: "IN",
        messageId: "m-1",
        requestId: "8f2c",
        routeKey: "order",
        stage: "prod",
      },
      body,
      isBase64Encoded: false,
    },
  },
  {
    title: "Application Load Balancer",
    event: {
      requestContext: { elb: { targetGroupArn: arn("elasticloadbalancing", "targetgroup/orders/1234") } },
      httpMethod: "POST",
      path: "/orders",
      queryStringParameters: {},
      headers: { "content-type": "application/json", host: "orders.example.com" },
      body,
      isBase64Encoded: false,
    },
  },
  {
    title: "SQS",
    event: {
      Records: [
        {
          messageId: "m-1",
          receiptHandle: "r-1",
          body,
          attributes: { ApproximateReceiveCount: "1", SentTimestamp: `${epoch}` },
          messageAttributes: {},
          md5OfBody: "",
          eventSource: "aws:sqs",
          eventSourceARN: arn("sqs", "orders"),
          awsRegion: region,
        },
      ],
    },
  },
  {
    title: "SNS",
    event: {
      Records: [
        {
          EventSource: "aws:sns",
          EventVersion: "1.0",
          EventSubscriptionArn: arn("sns", "orders:1234"),
          Sns: {
            Type: "Notification",
            MessageId: "m-1",
            TopicArn: arn("sns", "orders"),
            Subject: null,
            Message: body,
            Timestamp: time,
            MessageAttributes: {},
          },
        },
      ],
    },
  },
  {
    title: "EventBridge",
    event: {
      version: "0",
      id: "e-1",
      "detail-type": "Order placed",
      source: "shop.orders",
      account,
      time,
      region,
      resources: [],
      detail: { sku: "A-17", amount: 2 },
    },
  },
  {
    title: "EventBridge, schedule",
    event: {
      version: "0",
      id: "e-1",
      "detail-type": "Scheduled Event",
      source: "aws.events",
      account,
      time,
      region,
      resources: [arn("events", "rule/nightly")],
      detail: {},
    },
  },
  {
    title: "S3",
    event: {
      Records: [
        {
          ...record,
          eventVersion: "2.1",
          eventSource: "aws:s3",
          eventTime: time,
          eventName: "ObjectCreated:Put",
          s3: {
            s3SchemaVersion: "1.0",
            bucket: { name: "orders", arn: "arn:aws:s3:::orders" },
            object: { key: "2026/order.json", size: 32, eTag: "0" },
          },
        },
      ],
    },
  },
  {
    title: "DynamoDB stream",
    event: {
      Records: [
        {
          ...record,
          eventID: "1",
          eventName: "INSERT",
          eventSource: "aws:dynamodb",
          eventSourceARN: arn("dynamodb", `table/orders/stream/${time}`),
          dynamodb: {
            Keys: { sku: { S: "A-17" } },
            NewImage: { sku: { S: "A-17" }, amount: { N: "2" } },
            SequenceNumber: "1",
            StreamViewType: "NEW_AND_OLD_IMAGES",
          },
        },
      ],
    },
  },
  {
    title: "Kinesis",
    event: {
      Records: [
        {
          ...record,
          eventID: "shardId-000000000000:1",
          eventName: "aws:kinesis:record",
          eventSource: "aws:kinesis",
          eventSourceARN: arn("kinesis", "stream/orders"),
          kinesis: {
            approximateArrivalTimestamp: epoch / 1000,
            data: kinesisData,
            kinesisSchemaVersion: "1.0",
            partitionKey: "A-17",
            sequenceNumber: "1",
          },
        },
      ],
    },
  },
  {
    title: "Kafka (MSK)",
    event: {
      eventSource: "aws:kafka",
      eventSourceArn: arn("kafka", "cluster/orders/1234"),
      bootstrapServers: "b-1.orders:9092",
      records: {
        "orders-0": [
          { topic: "orders", partition: 0, offset: 1, timestamp: epoch, value: kinesisData, headers: [] },
        ],
      },
    },
  },
  {
    title: "Cognito, pre sign-up",
    event: {
      version: "1",
      region,
      userPoolId: "us-east-1_abc",
      userName: "ada",
      callerContext: { clientId: "app" },
      triggerSource: "PreSignUp_SignUp",
      request: { userAttributes: { email: "ada@example.com" } },
      response: { autoConfirmUser: false },
    },
  },
];
