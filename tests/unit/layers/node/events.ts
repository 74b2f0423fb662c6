// Events as AWS's documentation of each service shows them, shortened.

export const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const headers = {
  Host: "api.example.com",
  "User-Agent": "curl/8",
  traceparent,
  "X-Forwarded-Proto": "https",
};
const account = "eu-central-1:123456789012";
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");
const sqsRecord = (fields: object): object => ({
  messageId: "m-1",
  body: "hello",
  attributes: { SentTimestamp: "1" },
  messageAttributes: {},
  eventSource: "aws:sqs",
  eventSourceARN: `arn:aws:sqs:${account}:orders`,
  ...fields,
});
const attribute = { traceparent: { stringValue: traceparent, dataType: "String" } };
const notification = {
  Type: "Notification",
  MessageId: "n-1",
  TopicArn: `arn:aws:sns:${account}:news`,
  Message: "hello",
  MessageAttributes: { traceparent: { Type: "String", Value: traceparent } },
};
const eventBridge = {
  version: "0",
  id: "e-1",
  "detail-type": "Order Placed",
  source: "shop",
  detail: { traceparent, order: 7 },
};
const request2 = { method: "GET", path: "/orders/7", protocol: "HTTP/1.1", sourceIp: "192.0.2.1" };

/** By trigger: an event, and what its span has to say. `isChild`: the event has a W3C context. */
export interface EventCase {
  trigger: string;
  event: unknown;
  name?: string;
  kind: "SERVER" | "CONSUMER";
  faas: string;
  attributes?: Record<string, unknown>;
  isChild?: boolean;
}

const http = { kind: "SERVER", faas: "http", isChild: true } as const;
const consumer = { kind: "CONSUMER", faas: "pubsub" } as const;

export const events: Readonly<Record<string, EventCase>> = {
  "API Gateway, REST": {
    ...http,
    trigger: "api-gateway-rest",
    event: {
      resource: "/orders/{id}",
      path: "/orders/7",
      httpMethod: "GET",
      headers,
      multiValueQueryStringParameters: { tag: ["a", "b"], token: ["s3cret"] },
      requestContext: { stage: "prod", protocol: "HTTP/1.1", identity: { sourceIp: "192.0.2.1" } },
    },
    name: "GET /orders/{id}",
    attributes: {
      "http.request.method": "GET",
      "http.route": "/orders/{id}",
      "url.path": "/orders/7",
      "url.query": "tag=a&tag=b&token=REDACTED",
      "url.scheme": "https",
      "server.address": "api.example.com",
      "client.address": "192.0.2.1",
      "user_agent.original": "curl/8",
      "network.protocol.version": "1.1",
    },
  },
  "API Gateway, HTTP": {
    ...http,
    trigger: "api-gateway-http",
    event: {
      version: "2.0",
      routeKey: "GET /orders/{id}",
      rawPath: "/orders/7",
      rawQueryString: "tag=a&api_key=s3cret",
      headers,
      requestContext: { domainName: "x.execute-api.eu-central-1.amazonaws.com", http: request2 },
    },
    name: "GET /orders/{id}",
    attributes: { "http.route": "/orders/{id}", "url.query": "tag=a&api_key=REDACTED" },
  },
  "API Gateway, WebSocket": {
    ...http,
    trigger: "api-gateway-websocket",
    event: {
      headers,
      requestContext: {
        routeKey: "$connect",
        eventType: "CONNECT",
        connectionId: "c-1",
        domainName: "w.example",
      },
    },
    name: "$connect",
    attributes: { "aws.api_gateway.connection_id": "c-1", "aws.api_gateway.event_type": "CONNECT" },
  },
  "API Gateway, authorizer": {
    ...http,
    trigger: "api-gateway-authorizer",
    event: {
      type: "REQUEST",
      methodArn: "arn:aws:execute-api:x",
      resource: "/o",
      path: "/o",
      httpMethod: "GET",
      headers,
    },
    attributes: { "url.path": "/o" },
  },
  "a function URL": {
    ...http,
    trigger: "function-url",
    event: {
      version: "2.0",
      routeKey: "$default",
      rawPath: "/a",
      headers,
      requestContext: { domainName: "x.lambda-url.eu-central-1.on.aws", http: { ...request2, path: "/a" } },
    },
    attributes: { "http.request.method": "GET", "url.path": "/a", "http.route": undefined },
  },
  "a load balancer": {
    ...http,
    trigger: "alb",
    event: {
      requestContext: { elb: { targetGroupArn: "arn" } },
      httpMethod: "POST",
      path: "/a",
      multiValueHeaders: { traceparent: [traceparent] },
    },
    attributes: { "http.request.method": "POST", "url.path": "/a" },
  },
  SQS: {
    ...consumer,
    trigger: "sqs",
    event: { Records: [sqsRecord({ messageAttributes: attribute })] },
    name: "process orders",
    isChild: true,
    attributes: {
      "messaging.system": "aws_sqs",
      "messaging.destination.name": "orders",
      "messaging.message.id": "m-1",
      "messaging.operation.type": "process",
    },
  },
  "SNS in SQS": {
    ...consumer,
    trigger: "sqs",
    event: { Records: [sqsRecord({ body: JSON.stringify(notification) })] },
    isChild: true,
  },
  "EventBridge in SQS": {
    ...consumer,
    trigger: "sqs",
    event: { Records: [sqsRecord({ body: JSON.stringify(eventBridge) })] },
    isChild: true,
  },
  "EventBridge in SNS in SQS": {
    ...consumer,
    trigger: "sqs",
    event: {
      Records: [
        sqsRecord({
          body: JSON.stringify({
            ...notification,
            MessageAttributes: {},
            Message: JSON.stringify(eventBridge),
          }),
        }),
      ],
    },
    isChild: true,
  },
  SNS: {
    ...consumer,
    trigger: "sns",
    event: { Records: [{ EventSource: "aws:sns", Sns: notification }] },
    name: "process news",
    isChild: true,
    attributes: { "messaging.destination.name": "news", "messaging.message.id": "n-1" },
  },
  EventBridge: {
    ...consumer,
    trigger: "eventbridge",
    event: eventBridge,
    name: "process Order Placed",
    isChild: true,
    attributes: { "aws.event_bridge.source": "shop", "aws.event_bridge.detail_type": "Order Placed" },
  },
  "a schedule": {
    kind: "CONSUMER",
    faas: "timer",
    trigger: "schedule",
    event: {
      "detail-type": "Scheduled Event",
      source: "aws.events",
      time: "2026-01-31T12:00:00Z",
      resources: [`arn:aws:events:${account}:rule/nightly`],
      detail: {},
    },
    attributes: { "faas.time": "2026-01-31T12:00:00Z", "aws.event_bridge.rule": "nightly" },
  },
  Kinesis: {
    ...consumer,
    trigger: "kinesis",
    event: {
      Records: [
        {
          eventSource: "aws:kinesis",
          eventSourceARN: `arn:aws:kinesis:${account}:stream/clicks`,
          kinesis: { sequenceNumber: "1", data: base64({ traceparent, click: 1 }) },
        },
      ],
    },
    name: "process clicks",
    isChild: true,
  },
  Kafka: {
    ...consumer,
    trigger: "kafka",
    event: {
      eventSource: "aws:kafka",
      records: {
        "clicks-0": [
          {
            topic: "clicks",
            partition: 0,
            offset: 15,
            headers: [{ a: [1] }, { traceparent: [...Buffer.from(traceparent)] }],
          },
        ],
      },
    },
    name: "process clicks",
    isChild: true,
    attributes: { "messaging.system": "kafka" },
  },
  ActiveMQ: {
    ...consumer,
    trigger: "activemq",
    event: {
      eventSource: "aws:mq",
      messages: [{ messageID: "ID:1", destination: { physicalName: "jobs" }, properties: { traceparent } }],
    },
    name: "process jobs",
    isChild: true,
  },
  RabbitMQ: {
    ...consumer,
    trigger: "rabbitmq",
    event: {
      eventSource: "aws:rmq",
      rmqMessagesByQueue: {
        "jobs::/": [
          { basicProperties: { headers: { traceparent: { bytes: [...Buffer.from(traceparent)] } } } },
        ],
      },
    },
    name: "process jobs",
    isChild: true,
  },
  DynamoDB: {
    kind: "CONSUMER",
    faas: "datasource",
    trigger: "dynamodb",
    event: {
      Records: [
        {
          eventSource: "aws:dynamodb",
          eventName: "REMOVE",
          eventSourceARN: `arn:aws:dynamodb:${account}:table/orders/stream/2026-01-31T00:00:00.000`,
        },
      ],
    },
    name: "process orders",
    attributes: { "faas.document.collection": "orders", "faas.document.operation": "delete" },
  },
  S3: {
    kind: "CONSUMER",
    faas: "datasource",
    trigger: "s3",
    event: {
      Records: [
        {
          eventSource: "aws:s3",
          eventName: "ObjectCreated:Put",
          eventTime: "2026-01-31T12:00:00Z",
          s3: { bucket: { name: "photos" }, object: { key: "cat.jpg" } },
        },
      ],
    },
    name: "process photos",
    attributes: { "faas.document.name": "cat.jpg", "faas.document.operation": "insert" },
  },
  "Step Functions": {
    kind: "SERVER",
    faas: "other",
    trigger: "step-functions",
    event: {
      Execution: { Id: `arn:aws:states:${account}:execution:shop:1`, Input: { traceparent } },
      State: { Name: "Charge" },
      StateMachine: { Id: `arn:aws:states:${account}:stateMachine:shop` },
    },
    name: "Charge",
    isChild: true,
    attributes: { "aws.step_functions.state.name": "Charge" },
  },
  Cognito: {
    kind: "SERVER",
    faas: "other",
    trigger: "cognito",
    event: { triggerSource: "PreSignUp_SignUp", userPoolId: "eu-central-1_x", request: {} },
    name: "PreSignUp_SignUp",
  },
  AppSync: {
    ...http,
    trigger: "appsync",
    event: { info: { fieldName: "order", parentTypeName: "Query" }, arguments: {}, request: { headers } },
    name: "Query.order",
    attributes: { "graphql.operation.type": "query", "graphql.operation.name": "order" },
  },
  IoT: {
    ...consumer,
    trigger: "iot",
    event: { topic: "sensors/1", clientId: "s-1", temperature: 40 },
    name: "process sensors/1",
  },
  "CloudWatch Logs": {
    kind: "CONSUMER",
    faas: "datasource",
    trigger: "cloudwatch-logs",
    event: { awslogs: { data: "H4s" } },
  },
  "a direct invocation": { kind: "SERVER", faas: "other", trigger: "direct", event: { order: 7 } },
  "a direct invocation with a context": {
    kind: "SERVER",
    faas: "other",
    trigger: "direct",
    event: { headers: { traceparent } },
    isChild: true,
  },
};

/** A batch of SQS messages, each from a trace of its own. */
export const sqsBatch = (contexts: readonly (string | undefined)[]): object => ({
  Records: contexts.map((context, index) =>
    sqsRecord({
      messageId: `m-${index}`,
      messageAttributes: context ? { traceparent: { stringValue: context, dataType: "String" } } : {},
    }),
  ),
});
