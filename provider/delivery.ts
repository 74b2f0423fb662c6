import { getSecretVersionOutput } from "@pulumi/aws/secretsmanager";
import { getParameterOutput } from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import { type DeliveryTarget, probeDelivery } from "./deliveryProbe";
import type { ObservedFunctionArgs } from "./observedFunctionArgs";
import { referenceText, resolveReferences, type SecretReference, secretField } from "./plan/references";
import { findSetting, variableOf } from "./plan/settings";
import { authorizationHeader } from "./plan/telemetryVariables";

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
  const { endpoint, protocol, headers, authorization, clickhouse, settings, serviceName } = args;
  const secrets = { key: args.ingestionKey, password: args.clickhousePassword };
  const given = pulumi.output({ endpoint, protocol, headers, authorization, clickhouse, settings, secrets });
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
  secrets: { key?: string };
}

async function otlpTarget(values: OtlpValues, resolve: Resolve): Promise<DeliveryTarget> {
  const { endpoint = "", authorization, headers: given = {}, secrets } = values;
  const headers: Record<string, string> = {};
  if (authorization !== undefined) headers[authorizationHeader] = await resolve(referenceText(authorization));
  if (secrets.key !== undefined) headers[authorizationHeader] = secrets.key;
  for (const [name, value] of Object.entries(given)) headers[name] = await resolve(value);
  const kind = protocolOf(values) === "grpc" ? "grpc" : "http";
  return { kind, endpoint: await resolve(endpoint), headers };
}

function protocolOf({ protocol, settings = {} }: OtlpValues): string | undefined {
  const variable = variableOf("otlpExporterProtocol");
  const bySetting = Object.entries(settings).find(([name]) => findSetting(name)?.variable === variable);
  return protocol ?? bySetting?.[1];
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
