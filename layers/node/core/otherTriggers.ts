import { arnName, arnResource } from "./arn";
import { carrierOf, firstOf } from "./carrier";
import { at, isObject, listAt, stringAt } from "./json";
import { SpanKind } from "./spanData";
import type { Trigger } from "./trigger";

const has = (event: unknown, ...path: (string | number)[]): boolean => at(event, ...path) !== undefined;
const source = (event: unknown): string | undefined => stringAt(event, "Records", 0, "eventSource");

const table = (event: unknown): string | undefined =>
  arnResource(stringAt(event, "Records", 0, "eventSourceARN"));
const dynamoDb: Trigger = {
  name: "dynamodb",
  faas: "datasource",
  kind: SpanKind.CONSUMER,
  fields: ["Records"],
  matches: (event) => source(event) === "aws:dynamodb",
  spanName: (event) => (table(event) === undefined ? undefined : `process ${table(event)}`),
  attributes: (event) => ({
    "faas.document.collection": table(event),
    "faas.document.operation": operationOf(stringAt(event, "Records", 0, "eventName")),
    "messaging.batch.message_count": listAt(event, "Records").length,
  }),
};

const bucket = (event: unknown): string | undefined => stringAt(event, "Records", 0, "s3", "bucket", "name");
const s3: Trigger = {
  name: "s3",
  faas: "datasource",
  kind: SpanKind.CONSUMER,
  fields: ["Records"],
  matches: (event) => source(event) === "aws:s3",
  spanName: (event) => (bucket(event) === undefined ? undefined : `process ${bucket(event)}`),
  attributes: (event) => ({
    "faas.document.collection": bucket(event),
    "faas.document.name": stringAt(event, "Records", 0, "s3", "object", "key"),
    "faas.document.operation": operationOf(stringAt(event, "Records", 0, "eventName")),
    "faas.document.time": stringAt(event, "Records", 0, "eventTime"),
    "aws.s3.bucket": bucket(event),
    "aws.s3.key": stringAt(event, "Records", 0, "s3", "object", "key"),
  }),
};

/** `insert`, `edit` and `delete` are OpenTelemetry's names. */
function operationOf(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (/^(INSERT|ObjectCreated)/.test(name)) return "insert";
  return /^(REMOVE|ObjectRemoved)/.test(name) ? "delete" : "edit";
}

/** The context object, if a state machine's definition passes it, as a whole or under a name. */
const execution = (event: unknown): unknown =>
  ["", "Context", "context", "StepFunctions"]
    .map((name) => (name === "" ? event : at(event, name)))
    .find((found) => (stringAt(found, "Execution", "Id") ?? "").startsWith("arn:"));
const stepFunctions: Trigger = {
  name: "step-functions",
  faas: "other",
  kind: SpanKind.SERVER,
  fields: ["Execution", "Context", "context", "StepFunctions"],
  matches: (event) => execution(event) !== undefined,
  spanName: (event) => stringAt(execution(event), "State", "Name"),
  attributes: (event) => ({
    "aws.step_functions.execution.arn": stringAt(execution(event), "Execution", "Id"),
    "aws.step_functions.state_machine.arn": stringAt(execution(event), "StateMachine", "Id"),
    "aws.step_functions.state.name": stringAt(execution(event), "State", "Name"),
  }),
  messages: (event) => [
    {
      carrier: firstOf(
        carrierOf(event),
        carrierOf(at(event, "headers")),
        carrierOf(at(execution(event), "Execution", "Input")),
      ),
    },
  ],
};

const cognito: Trigger = {
  name: "cognito",
  faas: "other",
  kind: SpanKind.SERVER,
  fields: ["triggerSource"],
  matches: (event) => has(event, "triggerSource") && has(event, "userPoolId"),
  spanName: (event) => stringAt(event, "triggerSource"),
  attributes: (event) => ({
    "aws.cognito.trigger_source": stringAt(event, "triggerSource"),
    "aws.cognito.user_pool.id": stringAt(event, "userPoolId"),
  }),
};

/** A resolver's event, or the first of several (BatchInvoke). */
const resolver = (event: unknown): unknown => (Array.isArray(event) ? event[0] : event);
const field = (event: unknown): string | undefined => {
  const parent = stringAt(resolver(event), "info", "parentTypeName");
  return parent && `${parent}.${stringAt(resolver(event), "info", "fieldName") ?? ""}`;
};
const appSync: Trigger = {
  name: "appsync",
  faas: "http",
  kind: SpanKind.SERVER,
  fields: ["info"],
  matches: (event) =>
    has(resolver(event), "info", "parentTypeName") && has(resolver(event), "info", "fieldName"),
  spanName: field,
  attributes: (event) => ({
    "graphql.operation.type": stringAt(resolver(event), "info", "parentTypeName")?.toLowerCase(),
    "graphql.operation.name": stringAt(resolver(event), "info", "fieldName"),
  }),
  messages: (event) => [{ carrier: carrierOf(at(resolver(event), "request", "headers")) }],
};

const appSyncAuthorizer: Trigger = {
  name: "appsync-authorizer",
  faas: "http",
  kind: SpanKind.SERVER,
  fields: ["authorizationToken"],
  matches: (event) => has(event, "authorizationToken") && has(event, "requestContext", "queryString"),
  attributes: (event) => ({
    "graphql.operation.name": stringAt(event, "requestContext", "operationName"),
  }),
  messages: (event) => [{ carrier: carrierOf(at(event, "requestHeaders")) }],
};

/** IoT rules send what their SQL selects; these are the names that AWS's examples use for its functions. */
const iotTopic = (event: unknown): string | undefined => {
  const client = has(event, "clientId") || has(event, "clientid") || has(event, "client_id");
  return client || has(event, "mqttTopic")
    ? (stringAt(event, "topic") ?? stringAt(event, "mqttTopic"))
    : undefined;
};
const iot: Trigger = {
  name: "iot",
  faas: "pubsub",
  kind: SpanKind.CONSUMER,
  fields: ["topic", "mqttTopic", "protocolData", "deviceEvent"],
  matches: (event) =>
    iotTopic(event) !== undefined || has(event, "protocolData", "mqtt") || has(event, "deviceEvent"),
  spanName: (event) => (iotTopic(event) === undefined ? undefined : `process ${iotTopic(event)}`),
  attributes: (event) => ({
    "messaging.system": "aws.iot",
    "messaging.operation.type": "process",
    "messaging.destination.name": iotTopic(event),
  }),
  messages: (event) => [{ carrier: firstOf(carrierOf(event), carrierOf(at(event, "userProperties"))) }],
};

/** Events of which only the name matters. */
function named(
  name: string,
  faas: Trigger["faas"],
  field: string,
  matches: Trigger["matches"],
  attributes?: Trigger["attributes"],
): Trigger {
  const kind = faas === "other" ? SpanKind.SERVER : SpanKind.CONSUMER;
  return { name, faas, kind, fields: [field], matches, attributes };
}

/** The first match is used. */
export const otherTriggers: readonly Trigger[] = [
  dynamoDb,
  s3,
  stepFunctions,
  cognito,
  appSync,
  appSyncAuthorizer,
  named("cloudwatch-logs", "datasource", "awslogs", (event) => has(event, "awslogs", "data")),
  named(
    "cloudwatch-alarm",
    "other",
    "alarmArn",
    (event) => has(event, "alarmArn") && has(event, "alarmData"),
    (event) => ({ "aws.cloudwatch.alarm": arnName(stringAt(event, "alarmArn")) }),
  ),
  named(
    "firehose",
    "datasource",
    "deliveryStreamArn",
    (event) => has(event, "deliveryStreamArn") && has(event, "records"),
  ),
  named("documentdb", "datasource", "eventSource", (event) => stringAt(event, "eventSource") === "aws:docdb"),
  named("ses", "pubsub", "Records", (event) => source(event) === "aws:ses"),
  named("codecommit", "other", "Records", (event) => source(event) === "aws:codecommit"),
  named("codepipeline", "other", "CodePipeline.job", (event) => has(event, "CodePipeline.job")),
  named(
    "config",
    "other",
    "invokingEvent",
    (event) => has(event, "invokingEvent") && has(event, "configRuleName"),
  ),
  named(
    "cloudformation",
    "other",
    "ResponseURL",
    (event) => has(event, "RequestType") && has(event, "StackId") && has(event, "ResponseURL"),
  ),
  named(
    "s3-batch",
    "datasource",
    "invocationSchemaVersion",
    (event) => has(event, "invocationSchemaVersion") && has(event, "tasks"),
  ),
  named("lex", "other", "sessionState", (event) => has(event, "bot") && has(event, "sessionState")),
  named("connect", "other", "Name", (event) => stringAt(event, "Name") === "ContactFlowEvent"),
  named(
    "destination",
    "pubsub",
    "requestPayload",
    (event) => has(event, "requestContext", "functionArn") && has(event, "requestPayload"),
    (event) => ({ "aws.lambda.destination.condition": stringAt(event, "requestContext", "condition") }),
  ),
  iot,
];

/** Any other event: an invocation through the API, an SDK, or a service with a user-defined payload. */
export const direct: Trigger = {
  name: "direct",
  faas: "other",
  kind: SpanKind.SERVER,
  fields: [],
  matches: () => true,
  messages: (event) =>
    isObject(event) ? [{ carrier: firstOf(carrierOf(event), carrierOf(at(event, "headers"))) }] : [],
};
