import { getSecretVersionOutput } from "@pulumi/aws/secretsmanager";
import { getParameterOutput } from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { readEnvFile } from "../check/codeArchive";
import { targetOf } from "../plan/delivery/target";
import { redact } from "../plan/redaction";
import { envFileVariables } from "../plan/telemetry/envFile";
import { logsDestinations } from "../plan/telemetry/logsDestination";
import { keyValueList, mergeEnvironment } from "../plan/telemetry/mergedEnvironment";
import {
  referenceText,
  resolveReferences,
  type SecretReference,
  secretField,
} from "../plan/telemetry/references";
import { variableOf } from "../plan/telemetry/settings";
import { authorizationHeader, telemetryVariables } from "../plan/telemetry/variables";
import { secretValues } from "../pulumi/secretValues";
import { probeDelivery } from "./probe";

/**
 * Waits until logs may be denied: with `requireDelivery` only once ClickStack has taken a log record, sent with the
 * function's own endpoint, headers and key. A preview sends nothing.
 * @throws when ClickStack does not take it.
 */
export async function confirmDelivery(
  name: string,
  args: ObservedFunctionArgs,
  options: pulumi.InvokeOptions,
): Promise<void> {
  if (needsDelivery(args)) await deliver(name, args, options);
}

const issuedKey =
  "the key is a web identity token, which AWS issues to the function's role only: the deployment cannot send anything with it";

/** Arguments of functions whose delivery has been confirmed, by the provider before it made the component. */
const delivered = new WeakSet<object>();

/** Whether delivery is still to be confirmed. */
export function needsDelivery(args: ObservedFunctionArgs): boolean {
  return args.requireDelivery === true && !pulumi.runtime.isDryRun() && !delivered.has(args);
}

/**
 * Sends a log record as the function would.
 * @param args the arguments as the user gave them, with keys that are yet to be stored.
 * @throws when ClickStack does not take it, with what it answered and how to fix it.
 */
export async function deliver(
  name: string,
  args: ObservedFunctionArgs,
  options: pulumi.InvokeOptions,
): Promise<void> {
  const keys = { key: args.ingestionKey, password: args.clickhousePassword };
  const variables = plannedVariables(await settled(pulumi.output({ ...pick(args), secrets: keys })));
  // What no message may hold: what is secret in the program, and all that is read for the request.
  const secrets = [...(await secretValues({ ...pick(args), keys: pulumi.secret(keys) }))];
  const resolve = (text: string) =>
    resolveReferences(text, async (reference) => {
      const value = await readSecret(reference, options);
      secrets.push(value);
      return value;
    });
  const body = `clickstack-lambda checks that logs of ${name} arrive before CloudWatch Logs are denied`;
  const serviceName = (await settled(pulumi.output(args.serviceName))) ?? name;
  try {
    const destinations = logsDestinations(await withEnvFile(variables, args.code));
    if (destinations.length === 0) throw new Error("no exporter receives logs");
    for (const destination of destinations) {
      if ("webIdentity" in destination) throw new Error(issuedKey);
      const target = await targetOf(destination, resolve);
      await probeDelivery(target, { serviceName, body, time: Date.now() }, secrets);
    }
    delivered.add(args);
  } catch (error) {
    throw new Error(
      `ObservedFunction "${name}", requireDelivery: logs stay in CloudWatch, because ClickStack did not accept a log record: ${redact((error as Error).message, secrets)}. Fix the endpoint or the key, or remove requireDelivery if the endpoint cannot be reached from here`,
    );
  }
}

function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(): Promise<T> }).promise();
}

function pick(args: ObservedFunctionArgs) {
  const { endpoint, protocol, headers, authorization, envFile, clickhouse, settings, environment } = args;
  const { managedClickStack, webIdentityAudience } = args;
  return {
    ...{ endpoint, protocol, headers, authorization, envFile, clickhouse, settings, environment },
    ...{ managedClickStack, webIdentityAudience },
  };
}

type GivenValues = pulumi.Unwrap<ReturnType<typeof pick>> & { secrets: { key?: string; password?: string } };

/** The environment that the function will have, as far as exporters are concerned, but with keys that are not stored yet. */
function plannedVariables({ secrets, authorization, ...values }: GivenValues): Record<string, string> {
  const key = secrets.key ?? (authorization === undefined ? undefined : referenceText(authorization));
  const headers = { ...(key === undefined ? {} : { [authorizationHeader]: key }), ...values.headers };
  const list = { value: keyValueList(headers), origin: "headers" };
  const customHeaders = Object.keys(headers).length === 0 ? undefined : list;
  const { endpoint, protocol, envFile, webIdentityAudience, settings = {} } = values;
  const managedClickStack =
    values.managedClickStack === undefined ? undefined : String(values.managedClickStack);
  const clickhouse = values.clickhouse && clickHouseTexts(values.clickhouse, secrets.password);
  const planned = telemetryVariables<string>(
    {
      ...{ endpoint, protocol, envFile, clickhouse, settings, customHeaders },
      ...{ managedClickStack, webIdentityAudience },
    },
    (text) => text,
  );
  return mergeEnvironment<string>(values.environment?.variables ?? {}, planned).variables;
}

function clickHouseTexts(given: NonNullable<GivenValues["clickhouse"]>, plain: string | undefined) {
  const { endpoint, user, password: arn, database, tablePrefix } = given;
  const password = arn === undefined ? plain : referenceText(arn);
  return { endpoint, user, password, database, tablePrefix };
}

/** With the variables of the env file, which may say that logs go elsewhere, so that it has to be readable from here. */
async function withEnvFile(
  variables: Record<string, string>,
  code: ObservedFunctionArgs["code"],
): Promise<Record<string, string>> {
  const path = variables[variableOf("envFile")];
  if (path === undefined) return variables;
  const text = await readEnvFile(code, path);
  if (text === undefined) {
    throw new Error(`the env file ${path} says where logs are sent, and is not part of the function's code`);
  }
  return { ...variables, ...envFileVariables(text, variables) };
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
