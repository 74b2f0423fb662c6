import { arnName } from "./arn";
import { listAt, stringAt } from "./json";
import { type Attributes, SpanKind } from "./spanData";

/** A call of an AWS API by its SDK. */
export interface AwsOperation {
  /** The SDK's name of the service, such as `SQS` or `DynamoDB`. */
  service: string;
  /** Such as `SendMessage`. */
  operation: string;
  /** The input of the call. */
  input: unknown;
}

export interface OperationSpan {
  name: string;
  kind: SpanKind;
  attributes: Attributes;
}

/**
 * Name, kind and attributes according to OpenTelemetry's conventions for AWS SDK, messaging, database, object store and
 * FaaS spans.
 */
export function operationSpan({ service, operation, input }: AwsOperation): OperationSpan {
  const details = Object.hasOwn(SERVICES, service) ? SERVICES[service]?.(input, operation) : undefined;
  return {
    name: `${service}.${operation}`,
    kind: isSend(service, operation) ? SpanKind.PRODUCER : SpanKind.CLIENT,
    attributes: {
      "rpc.system": "aws-api",
      "rpc.service": service,
      "rpc.method": operation,
      ...details,
    },
  };
}

/** The operations that send messages. */
const SENDS: ReadonlySet<string> = new Set([
  "SQS.SendMessage",
  "SQS.SendMessageBatch",
  "SNS.Publish",
  "SNS.PublishBatch",
  "EventBridge.PutEvents",
  "Kinesis.PutRecord",
  "Kinesis.PutRecords",
]);

const isSend = (service: string, operation: string): boolean => SENDS.has(`${service}.${operation}`);

function messaging(
  system: string,
  service: string,
  operation: string,
  destination: string | undefined,
): Attributes {
  const type = isSend(service, operation)
    ? "send"
    : /^Receive|^GetRecords/.test(operation)
      ? "receive"
      : undefined;
  return {
    "messaging.system": system,
    "messaging.destination.name": destination,
    "messaging.operation.name": type === undefined ? undefined : operation,
    "messaging.operation.type": type,
  };
}

/** By service: attributes of a call. */
const SERVICES: Readonly<Record<string, (input: unknown, operation: string) => Attributes>> = {
  SQS: (input, operation) => {
    const url = stringAt(input, "QueueUrl");
    const name = url?.slice(url.lastIndexOf("/") + 1) ?? stringAt(input, "QueueName");
    return {
      ...messaging("aws_sqs", "SQS", operation, name),
      "messaging.batch.message_count": batchSize(input, "Entries"),
      "aws.sqs.queue.url": url,
    };
  },
  SNS: (input, operation) => {
    const arn = stringAt(input, "TopicArn") ?? stringAt(input, "TargetArn");
    return {
      ...messaging("aws.sns", "SNS", operation, arnName(arn)),
      "messaging.batch.message_count": batchSize(input, "PublishBatchRequestEntries"),
      "aws.sns.topic.arn": arn,
    };
  },
  EventBridge: (input, operation) => ({
    ...messaging("aws.eventbridge", "EventBridge", operation, stringAt(input, "Entries", 0, "EventBusName")),
    "messaging.batch.message_count": batchSize(input, "Entries"),
  }),
  Kinesis: (input, operation) => {
    const arn = stringAt(input, "StreamARN");
    const stream = stringAt(input, "StreamName") ?? arn?.slice(arn.lastIndexOf("/") + 1);
    return {
      ...messaging("aws.kinesis", "Kinesis", operation, stream),
      "messaging.batch.message_count": batchSize(input, "Records"),
      "aws.kinesis.stream_name": stream,
    };
  },
  DynamoDB: (input, operation) => {
    const tables = tablesOf(input);
    return {
      "db.system.name": "aws.dynamodb",
      "db.operation.name": operation,
      "db.collection.name": tables.length === 1 ? tables[0] : undefined,
      "aws.dynamodb.table_names": tables.length > 0 ? tables : undefined,
      "aws.dynamodb.index_name": stringAt(input, "IndexName"),
    };
  },
  S3: (input) => ({ "aws.s3.bucket": stringAt(input, "Bucket"), "aws.s3.key": stringAt(input, "Key") }),
  Lambda: (input) => {
    const name = stringAt(input, "FunctionName");
    return {
      "faas.invoked_provider": name && "aws",
      "faas.invoked_name": name?.replace(/^.*:function:/, ""),
    };
  },
  SFN: (input) => ({
    "aws.step_functions.state_machine.arn": stringAt(input, "stateMachineArn"),
    "aws.step_functions.execution.arn": stringAt(input, "executionArn"),
    "aws.step_functions.activity.arn": stringAt(input, "activityArn"),
  }),
  "Secrets Manager": (input) => ({ "aws.secretsmanager.secret.arn": arnOnly(stringAt(input, "SecretId")) }),
  "Bedrock Runtime": (input) => ({ "gen_ai.request.model": stringAt(input, "modelId") }),
};

const arnOnly = (id: string | undefined): string | undefined => (id?.startsWith("arn:") ? id : undefined);

function batchSize(input: unknown, field: string): number | undefined {
  const { length } = listAt(input, field);
  return length > 0 ? length : undefined;
}

/** The tables of single operations, batches (`RequestItems`) and transactions (`TransactItems`). */
function tablesOf(input: unknown): string[] {
  const single = stringAt(input, "TableName");
  if (single !== undefined) return [single];
  const items = (input as { RequestItems?: unknown } | undefined)?.RequestItems;
  if (typeof items === "object" && items !== null) return Object.keys(items);
  const transaction = listAt(input, "TransactItems").flatMap((item) =>
    ["Put", "Update", "Delete", "Get", "ConditionCheck"].map((action) => stringAt(item, action, "TableName")),
  );
  return [...new Set(transaction.filter((name) => name !== undefined))];
}
