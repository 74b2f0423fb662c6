import { getSecretVersionOutput } from "@pulumi/aws/secretsmanager";
import { getParameterOutput } from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { readEnvFile } from "../check/codeArchive";
import { secretArguments, valueAt } from "../plan/arguments/table";
import { targetOf } from "../plan/delivery/target";
import { redact } from "../plan/redaction";
import { envFileVariables } from "../plan/telemetry/envFile";
import { logsDestinations } from "../plan/telemetry/logsDestination";
import { mergeEnvironment } from "../plan/telemetry/mergedEnvironment";
import { plainValues, plannedArguments, planTelemetry } from "../plan/telemetry/plan";
import {
  parameterName,
  resolveReferences,
  type SecretReference,
  secretField,
} from "../plan/telemetry/references";
import { variableOf } from "../plan/telemetry/settings";
import type { Findings } from "../pulumi/findings";
import { withoutAbsent } from "../pulumi/inputs";
import { secretValues } from "../pulumi/secretValues";
import { probeDelivery } from "./probe";

/**
 * Waits until logs may be denied: with `requireDelivery` only once ClickStack has accepted a log record that was sent
 * with the function's own endpoint, headers and key. A preview sends nothing.
 * @throws if ClickStack does not accept it.
 */
export async function confirmDelivery(
  name: string,
  args: ObservedFunctionArgs,
  options: pulumi.InvokeOptions,
  { delivered }: Findings,
): Promise<void> {
  if (!delivered && needsDelivery(args)) await deliver(name, args, options);
}

const issuedKey =
  "the key is a web identity token, which AWS issues to the function's role only: the deployment cannot send anything with it";

/** Whether delivery has to be confirmed in this deployment. */
export function needsDelivery(args: ObservedFunctionArgs): boolean {
  return args.requireDelivery === true && !pulumi.runtime.isDryRun();
}

/**
 * Sends a log record as the function would.
 * @param args the user's arguments, with keys that are not stored yet.
 * @throws if ClickStack does not accept it, with its response and how to fix it.
 */
export async function deliver(
  name: string,
  args: ObservedFunctionArgs,
  options: pulumi.InvokeOptions,
): Promise<void> {
  const given = { environment: args.environment, ...plannedArguments(args) };
  const variables = plannedVariables(withoutAbsent(await settled(pulumi.output(given))));
  // Values that no message may contain: the program's secrets, and everything that is read for the request.
  const keys = secretArguments.map((key) => valueAt(args, key));
  const secrets = [...(await secretValues({ ...given, keys: pulumi.secret(keys) }))];
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
  } catch (error) {
    throw new Error(
      `ObservedFunction "${name}", requireDelivery: logs stay in CloudWatch, because ClickStack did not accept a log record: ${redact((error as Error).message, secrets)}. Fix the endpoint or the key, or remove requireDelivery if the endpoint cannot be reached from here`,
    );
  }
}

function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(): Promise<T> }).promise();
}

/** The environment that the function will have, but with keys that are not stored yet. */
function plannedVariables({
  environment,
  ...args
}: pulumi.Unwrap<Partial<ObservedFunctionArgs>>): Record<string, string> {
  return mergeEnvironment<string>(environment?.variables ?? {}, planTelemetry(args, plainValues)).variables;
}

/**
 * Adds the variables of the env file, which may change the destination of logs, so the file has to be readable here.
 */
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

/** Reads a secret or parameter as the extension will, with the deployment's own permissions. */
async function readSecret(reference: SecretReference, options: pulumi.InvokeOptions): Promise<string> {
  const { service, arn, region, resourceName } = reference;
  const name = parameterName(resourceName.split(":")[0] ?? "");
  const value =
    service === "secretsmanager"
      ? getSecretVersionOutput({ secretId: arn, region }, options).secretString
      : getParameterOutput({ name, region, withDecryption: true }, options).value;
  const text = await settled(value);
  const field = secretField(text, reference.jsonKey);
  if (field === undefined) throw new Error(`${arn} has no field ${reference.jsonKey}`);
  return field;
}
