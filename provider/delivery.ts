import { getSecretVersionOutput } from "@pulumi/aws/secretsmanager";
import { getParameterOutput } from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import { type DeliveryTarget, probeDelivery } from "./deliveryProbe";
import type { ObservedFunctionArgs } from "./observedFunctionArgs";
import { keyValueList, mergeEnvironment } from "./plan/environment";
import { keyValuePairs } from "./plan/keyValueList";
import { logsDestination } from "./plan/logsDestination";
import { referenceText, resolveReferences, type SecretReference, secretField } from "./plan/references";
import { authorizationHeader, telemetryVariables } from "./plan/telemetryVariables";

/**
 * Whether logs may be denied: with `requireDelivery` only once ClickStack has taken a log record, sent with the function's
 * own endpoint, headers and key. What it says against that is logged as an error, which fails the update. A rejected
 * output would not do: what waits for it would wait for ever in a program that runs inside of another.
 * @returns undefined when nothing has to be confirmed. A preview sends nothing.
 */
export function confirmDelivery(
  name: string,
  args: ObservedFunctionArgs,
  options: pulumi.InvokeOptions,
): pulumi.Output<boolean> | undefined {
  if (!needsDelivery(args)) return undefined;
  const confirmed = deliver(name, args, options).then(
    () => true,
    async (error: Error) => {
      await pulumi.log.error(error.message);
      return false;
    },
  );
  return pulumi.output(confirmed);
}

/** Arguments of functions whose delivery has been confirmed, by the provider before it made the component. */
const delivered = new WeakSet<object>();

/** Whether delivery is still to be confirmed. */
export function needsDelivery(args: ObservedFunctionArgs): boolean {
  return args.requireDelivery === true && !pulumi.runtime.isDryRun() && !delivered.has(args);
}

/**
 * Sends a log record as the function would.
 * @param args the arguments as the user gave them, with keys that are yet to be stored.
 * @throws when ClickStack does not take it, with what it said and the mend.
 */
export async function deliver(
  name: string,
  args: ObservedFunctionArgs,
  options: pulumi.InvokeOptions,
): Promise<void> {
  const { endpoint, protocol, headers, authorization, clickhouse, settings, environment, serviceName } = args;
  const secrets = { key: args.ingestionKey, password: args.clickhousePassword };
  const otlp = { endpoint, protocol, headers, authorization, settings, environment };
  const given = pulumi.output({ ...otlp, clickhouse, secrets });
  const values = await settled(given);
  const resolve = (text: string) => resolveReferences(text, (reference) => readSecret(reference, options));
  const body = `clickstack-lambda checks that logs of ${name} arrive before CloudWatch is cut off`;
  const probe = { serviceName: (await settled(pulumi.output(serviceName))) ?? name, body, time: Date.now() };
  try {
    const target = values.clickhouse
      ? await clickHouseTarget(values.clickhouse, values.secrets.password, resolve)
      : await otlpTarget(values, resolve);
    await probeDelivery(target, probe);
    delivered.add(args);
  } catch (error) {
    throw new Error(
      `ObservedFunction "${name}", requireDelivery: logs stay in CloudWatch, because ClickStack did not take a log record: ${(error as Error).message}. Mend the endpoint or the key, or remove requireDelivery if the endpoint cannot be reached from here`,
    );
  }
}

function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(): Promise<T> }).promise();
}

type Resolve = (text: string) => Promise<string>;

interface OtlpValues {
  endpoint?: string;
  protocol?: string;
  headers?: Record<string, string>;
  authorization?: string;
  settings?: Record<string, string>;
  environment?: { variables?: Record<string, string> };
  secrets: { key?: string };
}

async function otlpTarget(values: OtlpValues, resolve: Resolve): Promise<DeliveryTarget> {
  const { kind, url = "", headers: pairs, basicAuth } = logsDestination(otlpVariables(values));
  const headers: Record<string, string> = {};
  for (const { key, value } of pairs) {
    const resolved = await resolve(value);
    // A reference alone stands for a list of headers.
    const found =
      key === undefined ? keyValuePairs(resolved) : [{ key: await resolve(key), value: resolved }];
    for (const { key: name, value: text } of found) if (name !== undefined) headers[name] = text;
  }
  if (basicAuth !== undefined) {
    const credentials = `${await resolve(basicAuth.user)}:${await resolve(basicAuth.password)}`;
    headers[authorizationHeader] = `Basic ${Buffer.from(credentials).toString("base64")}`;
  }
  return { kind, endpoint: await resolve(url), headers };
}

/** The environment that the function will have, as far as OTLP is concerned, but with a key that is not stored yet. */
function otlpVariables({
  secrets,
  authorization,
  environment,
  ...values
}: OtlpValues): Record<string, string> {
  const key = secrets.key ?? (authorization === undefined ? undefined : referenceText(authorization));
  const headers = { ...(key === undefined ? {} : { [authorizationHeader]: key }), ...values.headers };
  const list = { value: keyValueList(headers), origin: "headers" };
  const customHeaders = Object.keys(headers).length === 0 ? undefined : list;
  const { endpoint, protocol, settings = {} } = values;
  const planned = telemetryVariables<string>({ endpoint, protocol, settings, customHeaders }, (text) => text);
  return mergeEnvironment<string>(environment?.variables ?? {}, planned).variables;
}

async function clickHouseTarget(
  values: pulumi.Unwrap<NonNullable<ObservedFunctionArgs["clickhouse"]>>,
  given: string | undefined,
  resolve: Resolve,
): Promise<DeliveryTarget> {
  const { endpoint, user = "default", password: arn, database = "otel", tablePrefix = "otel" } = values;
  const password = arn === undefined ? given : await resolve(referenceText(arn));
  const quote = (identifier: string) => `\`${identifier.replace(/[\\`]/g, "\\$&")}\``;
  return {
    kind: "clickhouse",
    endpoint: await resolve(endpoint),
    headers: {
      "X-ClickHouse-User": await resolve(user),
      ...(password === undefined ? {} : { "X-ClickHouse-Key": password }),
    },
    table: `${quote(database)}.${quote(`${tablePrefix}_logs`)}`,
  };
}

/** Reads a secret or parameter as the extension will, by the deployment's own permissions. */
async function readSecret(reference: SecretReference, options: pulumi.InvokeOptions): Promise<string> {
  const { service, arn, region, resourceName } = reference;
  const name = resourceName.split(":")[0] ?? "";
  const value =
    service === "secretsmanager"
      ? getSecretVersionOutput({ secretId: arn, region }, options).secretString
      : getParameterOutput(
          { name: name.includes("/") ? `/${name}` : name, region, withDecryption: true },
          options,
        ).value;
  const text = await settled(value);
  const field = secretField(text, reference.jsonKey);
  if (field === undefined) throw new Error(`${arn} has no field ${reference.jsonKey}`);
  return field;
}
