import { Role, RolePolicy, RolePolicyAttachment } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { ObservedFunction, type ObservedFunctionArgs, ObserveStack, observeStack } from "../index";

/** All ways to create the functions of a program; the first one is the reference. */
export const ways = ["plain", "imported", "plugin", "observeStack", "ObserveStack"] as const;

/** How the functions of a program are created. */
export type Way = (typeof ways)[number];

/** Region of the programs' functions. */
export const region = "eu-west-1";

const { version } = JSON.parse(JSON.stringify(require("../package.json"))) as { version: string };
const layerVersionArn = `arn:aws:lambda:${region}:418653438961:layer:rotel-extension-amd64:26`;
const authorization = `arn:aws:secretsmanager:${region}:123456789012:secret:ingestion-key-AbCdEf`;
const endpoint = "https://clickstack.example.com:4318";
const telemetry = { extension: { layerVersionArn }, endpoint, authorization };

/** A program with this number of functions that send their telemetry, each with its own role that may read the key. */
export function program(way: Way, functions: number): PulumiFn {
  const make = {
    plain: plainFunction,
    imported: importedFunction,
    plugin: pluginFunction,
    observeStack: loggingFunction,
    ObserveStack: loggingFunction,
  }[way];
  return async () => {
    if (way === "observeStack") observeStack(telemetry);
    if (way === "ObserveStack") await new ObserveStack("observed", telemetry).settled();
    const arns = Array.from({ length: functions }, (_, i) => make(`function-${i}`));
    return { arns };
  };
}

function inputs() {
  return {
    runtime: "nodejs22.x",
    handler: "index.handler",
    timeout: 10,
    code: new pulumi.asset.AssetArchive({
      "index.js": new pulumi.asset.StringAsset("exports.handler = async () => 1;\n"),
    }),
  };
}

function policy(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
}

/**
 * What `ObservedFunction` does, written by hand: the function with layer and environment, a role of its own, AWS's policy
 * for logs and a policy for the key. As users write it, not adapted to how the component works.
 */
function plainFunction(name: string): pulumi.Output<string> {
  const { role, logs } = loggingRole(name);
  const secrets = new RolePolicy(`${name}-secrets`, {
    role: role.name,
    policy: policy({ Action: "secretsmanager:GetSecretValue", Resource: authorization }),
  });
  const variables = {
    ROTEL_OTLP_EXPORTER_ENDPOINT: endpoint,
    ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
    ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=\${${authorization}}`,
  };
  return new LambdaFunction(
    name,
    { ...inputs(), role: role.arn, layers: [layerVersionArn], environment: { variables } },
    { dependsOn: [logs, secrets] },
  ).arn;
}

/** What remains to be written if `observeStack` adds the rest. */
function loggingFunction(name: string): pulumi.Output<string> {
  const { role, logs } = loggingRole(name);
  return new LambdaFunction(name, { ...inputs(), role: role.arn }, { dependsOn: [logs] }).arn;
}

function loggingRole(name: string) {
  const trust = { Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } };
  const role = new Role(name, { assumeRolePolicy: policy(trust) });
  const logs = new RolePolicyAttachment(`${name}-logs`, {
    role: role.name,
    policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
  });
  return { role, logs };
}

function observedInputs(): ObservedFunctionArgs {
  return { ...inputs(), ...telemetry };
}

function importedFunction(name: string): pulumi.Output<string> {
  return new ObservedFunction(name, observedInputs()).functionArn;
}

/** As a program in another language creates it: the package's provider does the work, in a separate process. */
function pluginFunction(name: string): pulumi.Output<string> {
  const observed = new pulumi.ComponentResource(
    "clickstack-lambda:index:ObservedFunction",
    name,
    { functionArn: undefined, ...observedInputs() },
    { version },
    true,
  );
  return (observed as unknown as { functionArn: pulumi.Output<string> }).functionArn;
}
