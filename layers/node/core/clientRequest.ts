import type { Attributes } from "./spanData";

/** A request that the function sends, as far as its span describes it. */
export interface ClientRequest {
  method: string;
  protocol: string;
  host: string;
  port?: number;
  /** With its query. */
  path: string;
  header: (name: string) => string | undefined;
}

export interface ClientSpan {
  name: string;
  attributes: Attributes;
  /** An AWS API: its signature covers the existing headers, and its services read no W3C context. */
  isAws: boolean;
}

const KNOWN_METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
  "QUERY",
];

/**
 * Name and attributes by OpenTelemetry's "HTTP client spans" and "AWS SDK spans". Queries may contain secrets and are
 * omitted.
 */
export function clientSpan(request: ClientRequest): ClientSpan {
  const method = KNOWN_METHODS.includes(request.method) ? request.method : "_OTHER";
  const path = request.path.split("?", 1)[0] ?? "";
  const shownPort = request.port === undefined ? "" : `:${request.port}`;
  const attributes: Attributes = {
    "http.request.method": method,
    "server.address": request.host,
    "server.port": request.port ?? (request.protocol === "https:" ? 443 : 80),
    "url.full": `${request.protocol}//${request.host}${shownPort}${path}`,
  };
  const aws = awsCall(request);
  if (aws === undefined) return { name: method === "_OTHER" ? "HTTP" : method, attributes, isAws: false };
  const name = aws.operation === undefined ? aws.service : `${aws.service}.${aws.operation}`;
  const rpc = { "rpc.system": "aws-api", "rpc.service": aws.service, "rpc.method": aws.operation };
  return { name, attributes: { ...attributes, ...rpc, ...aws.attributes }, isAws: true };
}

interface AwsCall {
  service: string;
  operation?: string;
  attributes?: Attributes;
}

/** Names of services in `x-amz-target` and in host names, if they differ from the usual name. */
const SERVICES: Readonly<Record<string, string>> = {
  dynamodb: "DynamoDB",
  amazonsqs: "SQS",
  sqs: "SQS",
  sns: "SNS",
  s3: "S3",
  lambda: "Lambda",
  kinesis: "Kinesis",
  awsevents: "EventBridge",
  events: "EventBridge",
  awsstepfunctions: "SFN",
  states: "SFN",
  secretsmanager: "Secrets Manager",
  amazonssm: "SSM",
  ssm: "SSM",
  sts: "STS",
  trentservice: "KMS",
  kms: "KMS",
};

const serviceName = (id: string): string => SERVICES[id.toLowerCase()] ?? id;

/** The AWS API call of a request, derived from what SDKs send: no hook is needed, so it works for bundled code too. */
function awsCall(request: ClientRequest): AwsCall | undefined {
  const { host, header } = request;
  const isAws = /\.amazonaws\.com(\.cn)?$/.test(host) || header("amz-sdk-invocation-id") !== undefined;
  if (!isAws) return undefined;
  const [prefix = "", operation] = header("x-amz-target")?.split(".") ?? [];
  if (operation !== undefined) return { service: serviceName(prefix.replace(/_\d+$/, "")), operation };
  const api = /\bapi\/([\w-]+)/.exec(`${header("x-amz-user-agent")} ${header("user-agent")}`)?.[1];
  const service = serviceName(api ?? serviceOfHost(host));
  if (service === "Lambda") return lambdaCall(request.path);
  if (service === "S3") return s3Call(request);
  return { service };
}

/** `sqs.eu-central-1.amazonaws.com`, `my-bucket.s3.eu-central-1.amazonaws.com` */
function serviceOfHost(host: string): string {
  const [first = "", second] = host.split(".");
  return second?.startsWith("s3") ? "s3" : first.replace(/^s3-.*/, "s3");
}

function lambdaCall(path: string): AwsCall {
  const [, invoked] = /^\/2015-03-31\/functions\/([^/?]+)\/invocations/.exec(path) ?? [];
  if (invoked === undefined) return { service: "Lambda" };
  const name = decoded(invoked).replace(/^.*:function:/, "");
  return { service: "Lambda", operation: "Invoke", attributes: { "faas.invoked_name": name } };
}

function s3Call({ host, path, method }: ClientRequest): AwsCall {
  const operation = /[?&]x-id=(\w+)/.exec(path)?.[1] ?? method;
  const virtual = /^(.+)\.s3[.-]/.exec(host)?.[1];
  const bucket = virtual ?? /^\/([^/?]+)/.exec(path)?.[1];
  return { service: "S3", operation, attributes: { "aws.s3.bucket": bucket } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a response is an error of a client span: any status from 400 on. */
export const isErrorStatus = (status: number): boolean => status >= 400;
