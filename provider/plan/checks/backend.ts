import { authorizationHeader, serviceVersionAttribute } from "../arguments/table";
import type { FunctionView } from "../arguments/view";
import { entriesOf, isKnown, knownValue, UNKNOWN } from "../known";
import { type Problem, problem } from "../problem";
import { withScheme } from "../telemetry/endpointUrl";
import { checkPairs } from "../telemetry/keyValueList";
import { parseReference } from "../telemetry/references";
import { checkUrl, settingAmong } from "../telemetry/settings";
import { checkManaged, checkWebIdentity } from "./managedBackend";

/** Problems of the destination of telemetry. */
export function checkBackend(view: FunctionView): Problem[] {
  return [
    ...checkEndpoint(view),
    ...checkClickHouse(view),
    ...checkKeys(view),
    ...checkHeaders(view),
    ...checkManaged(view),
    ...checkWebIdentity(view),
    ...checkAttributes(view),
  ];
}

/** Why this is not an ARN of a secret or parameter, or undefined if it is one. */
function checkSecretArn(arn: string, instead?: string): string | undefined {
  if (parseReference(arn) !== undefined) return undefined;
  const form =
    "is not the ARN of a secret or parameter: write arn:aws:secretsmanager:region:account:secret:name or arn:aws:ssm:region:account:parameter/name, with #key for one field of a JSON value";
  return instead === undefined ? form : `${form}. ${instead}`;
}

function checkEndpoint(view: FunctionView): Problem[] {
  const protocol = knownValue(view.protocol);
  const wrong = protocol !== undefined && protocol !== "http" && protocol !== "grpc";
  const problems = problem("protocol", wrong ? "must be http or grpc" : undefined);
  const endpoint = knownValue(view.endpoint);
  if (endpoint === undefined || isReference(endpoint)) return problems;
  const url = view.managedClickStack === true ? withScheme(endpoint, "https", true) : endpoint;
  const reason = checkUrl(url) ?? checkOtlpUrl(new URL(url), effectiveProtocol(view));
  return [...problems, ...problem("endpoint", reason)];
}

/** The OTLP protocol as the extension will determine it; undefined while that is not known. */
function effectiveProtocol(view: FunctionView): string | undefined {
  if (view.protocol !== undefined) return knownValue(view.protocol);
  if (!isKnown(view.settings ?? {}) || !isKnown(view.environment ?? {})) return undefined;
  const own = isKnown(view.environment) ? view.environment.variables : undefined;
  if (own === UNKNOWN) return undefined;
  const value = settingAmong("otlpExporterProtocol", entriesOf(view.settings), entriesOf(own)) ?? "http";
  return isKnown(value) ? value : undefined;
}

function checkOtlpUrl({ port, pathname }: URL, protocol: string | undefined): string | undefined {
  if (/^\/v1\/(logs|traces|metrics)\/?$/.test(pathname)) {
    return `ends in ${pathname}: write the base URL, to which the path of each signal is appended`;
  }
  if (port === "8123" || port === "8443" || port === "9000" || port === "9440") {
    return `has port ${port}, which is a port of ClickHouse itself: use ClickStack's OTLP endpoint (port 4318), or export into ClickHouse directly with \`clickhouse\``;
  }
  if (protocol === "http" && port === "4317") {
    return "has port 4317, which is for OTLP over gRPC, but the protocol is http: use port 4318, or set protocol to grpc";
  }
  if (protocol === "grpc" && port === "4318") {
    return "has port 4318, which is for OTLP over HTTP, but the protocol is grpc: use port 4317, or set protocol to http";
  }
  return undefined;
}

function checkClickHouse(view: FunctionView): Problem[] {
  if (!isKnown(view.clickhouse)) {
    const alone = view.clickhouse === undefined && view.clickhousePassword !== undefined;
    return problem("clickhousePassword", alone ? "has no effect without `clickhouse`" : undefined);
  }
  const { endpoint, password } = view.clickhouse;
  const problems: Problem[] = [];
  if (view.endpoint !== undefined) {
    const reason =
      "telemetry is sent either to endpoint or to clickhouse. Remove one of them, or name several exporters with settings.exporters";
    problems.push({ propertyPath: "clickhouse", reason });
  }
  if (endpoint === undefined)
    problems.push({ propertyPath: "clickhouse.endpoint", reason: "is missing: write https://host:8443" });
  if (isKnown(endpoint) && !isReference(endpoint)) {
    problems.push(
      ...problem("clickhouse.endpoint", checkUrl(endpoint) ?? checkClickHouseUrl(new URL(endpoint))),
    );
  }
  if (isKnown(password)) {
    const reason = checkSecretArn(password, "To pass the password itself, use clickhousePassword");
    problems.push(...problem("clickhouse.password", reason));
  }
  if (password !== undefined && view.clickhousePassword !== undefined) {
    const reason = "the password is set by clickhouse.password and by clickhousePassword. Remove one of them";
    problems.push({ propertyPath: "clickhousePassword", reason });
  }
  return problems;
}

function checkClickHouseUrl({ port }: URL): string | undefined {
  if (port === "9000" || port === "9440") {
    return `has port ${port}, which is for ClickHouse's native protocol: use the HTTP interface, port 8123 (http) or 8443 (https)`;
  }
  if (port === "4317" || port === "4318") {
    return `has port ${port}, which is for OTLP: pass it as \`endpoint\`, or use ClickHouse's HTTP interface, port 8123 (http) or 8443 (https)`;
  }
  return undefined;
}

function checkKeys(view: FunctionView): Problem[] {
  const problems: Problem[] = [];
  if (isKnown(view.authorization)) {
    const reason = checkSecretArn(
      view.authorization,
      "The key itself does not belong here, since the function's environment is readable: pass it as ingestionKey",
    );
    problems.push(...problem("authorization", reason));
  }
  if (view.authorization !== undefined && view.ingestionKey !== undefined) {
    const reason = "the key is set by authorization and by ingestionKey. Remove one of them";
    problems.push({ propertyPath: "ingestionKey", reason });
  }
  if (view.ingestionKey === "") problems.push({ propertyPath: "ingestionKey", reason: "is empty" });
  for (const [index, arn] of (knownValue(view.secretArns) ?? []).entries()) {
    if (!isKnown(arn)) continue;
    problems.push(...problem(`secretArns[${index}]`, checkSecretArn(arn)));
  }
  for (const [index, arn] of (knownValue(view.secretKmsKeyArns) ?? []).entries()) {
    const right = !isKnown(arn) || /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/.test(arn);
    const reason =
      "is not the ARN of a KMS key: write arn:aws:kms:region:account:key/id. IAM needs a key ARN; an alias does not work";
    problems.push(...problem(`secretKmsKeyArns[${index}]`, right ? undefined : reason));
  }
  return problems;
}

function checkHeaders(view: FunctionView): Problem[] {
  const headers = entriesOf(view.headers);
  const problems = checkPairs(headers, "headers");
  const twice = Object.keys(headers).find((name) => name.toLowerCase() === authorizationHeader.toLowerCase());
  const other = view.authorization === undefined ? view.ingestionKey && "ingestionKey" : "authorization";
  if (twice !== undefined && other) {
    const reason = `the header ${authorizationHeader} is set by headers["${twice}"] and by ${other}. Remove one of them`;
    problems.push({ propertyPath: `headers["${twice}"]`, reason });
  }
  return problems;
}

function checkAttributes(view: FunctionView): Problem[] {
  const attributes = entriesOf(view.resourceAttributes);
  const problems = checkPairs(attributes, "resourceAttributes");
  if (view.serviceVersion !== undefined && serviceVersionAttribute in attributes) {
    const propertyPath = `resourceAttributes["${serviceVersionAttribute}"]`;
    const reason = `${serviceVersionAttribute} is set by ${propertyPath} and by serviceVersion. Remove one of them`;
    problems.push({ propertyPath, reason });
  }
  return problems;
}

function isReference(value: string): boolean {
  return value.includes("${") || value.startsWith("secret://");
}
