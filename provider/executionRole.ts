import { Role, RolePolicy, RolePolicyAttachment } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { isPlain } from "./functionEnvironment";
import type { ObservedFunctionArgs } from "./observedFunctionArgs";
import {
  assumeRolePolicy,
  deadLetterStatement,
  denyLogsStatement,
  fileSystemStatement,
  logGroupArn,
  networkStatement,
  parseRoleArn,
  policyDocument,
  secretStatements,
  tracingStatement,
} from "./plan/policies";
import type { FunctionReferences } from "./secretReferences";
import { CloudWatchLogs } from "./telemetryArgs";

/** The execution role of a function, made or given. */
export interface ExecutionRole {
  arn: pulumi.Output<string>;
  name: pulumi.Output<string>;
  /** What has to be there before the function is created. */
  policies: pulumi.Resource[];
}

/** Takes the role that was given, or makes one with what the function's own arguments ask for. */
export function executionRole(
  name: string,
  args: ObservedFunctionArgs,
  options: pulumi.CustomResourceOptions,
): ExecutionRole {
  if (args.role !== undefined) return givenRole(args.role);
  const role = new Role(name, { assumeRolePolicy: assumeRolePolicy() }, options);
  const policies: pulumi.Resource[] = [];
  // Until delivery is confirmed the function has to be able to log; the denial then overrules this.
  if (args.cloudWatchLogs !== CloudWatchLogs.Disable || args.requireDelivery === true) {
    const policyArn = role.arn.apply(
      (arn) =>
        `arn:${parseRoleArn(arn)?.partition ?? "aws"}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`,
    );
    policies.push(new RolePolicyAttachment(`${name}-logs`, { role: role.name, policyArn }, options));
  }
  const statements = functionStatements(args);
  if (statements.length > 0) {
    const policy = pulumi.all(statements).apply(policyDocument);
    policies.push(new RolePolicy(`${name}-function`, { role: role.name, policy }, options));
  }
  return { arn: role.arn, name: role.name, policies };
}

/** A role of the user's own. */
export function givenRole(role: pulumi.Input<string | undefined>): ExecutionRole {
  // A role that is none has been reported already; its text stands in for the name then.
  const arn = pulumi.output(role).apply((given) => given ?? "");
  return { arn, name: arn.apply((given) => parseRoleArn(given)?.roleName ?? given), policies: [] };
}

/**
 * Allows the role to read the secrets that the settings refer to.
 * @param kmsKeyArns customer managed keys that the secrets are encrypted with.
 * @returns the policy; none when nothing refers to a secret.
 */
export function secretPolicy(
  name: string,
  role: ExecutionRole,
  { any, references, kmsKeyArns }: FunctionReferences,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] | pulumi.Output<pulumi.Resource[]> {
  if (any === false) return [];
  const document = pulumi
    .all([references, kmsKeyArns])
    .apply(([found, keys]) => policyDocument(secretStatements(found, keys)));
  const create = () => new RolePolicy(`${name}-secrets`, { role: role.name, policy: document }, options);
  if (any) return [create()];
  // Whether there is a policy at all is in values that come later: only then can it be made.
  return references.apply((found): pulumi.Resource[] => (found.length === 0 ? [] : [create()]));
}

/** End of the name of a log group that nothing writes to. */
const unconfirmed = "clickstack-delivery-not-confirmed";

/**
 * Forbids the role this one log group.
 * @param confirmed whether logs may be denied now. If not, a denial that is there already is left as it is, so that the
 * log group does not quietly fill again, and a new one forbids nothing that there is.
 */
export function denyLogsPolicy(
  name: string,
  role: ExecutionRole,
  logGroup: { region: pulumi.Input<string>; name: pulumi.Input<string> },
  options: pulumi.CustomResourceOptions,
  confirmed = true,
): RolePolicy {
  const policy = pulumi.all([role.arn, logGroup.region, logGroup.name]).apply(([arn, region, group]) => {
    const identity = parseRoleArn(arn);
    if (identity === undefined) throw new Error(`${arn} is not the ARN of an IAM role`);
    const denied = confirmed ? group : `${group}/${unconfirmed}`;
    return policyDocument([denyLogsStatement(logGroupArn(identity, region, denied))]);
  });
  const keep = confirmed ? {} : { ignoreChanges: ["policy"] };
  return new RolePolicy(`${name}-no-logs`, { role: role.name, policy }, { ...options, ...keep });
}

/** What Lambda itself asks of the role for the function's network, tracing, dead letters and file system. */
function functionStatements(args: ObservedFunctionArgs) {
  const { vpcConfig, tracingConfig, deadLetterConfig, fileSystemConfig } = args;
  const tracing =
    tracingConfig !== undefined && !(isPlain(tracingConfig) && tracingConfig.mode === "PassThrough");
  return [
    ...(vpcConfig === undefined && fileSystemConfig === undefined ? [] : [pulumi.output(networkStatement())]),
    ...(tracing ? [pulumi.output(tracingStatement())] : []),
    ...(deadLetterConfig === undefined
      ? []
      : [pulumi.output(deadLetterConfig).apply((config) => deadLetterStatement(config?.targetArn ?? ""))]),
    ...(fileSystemConfig === undefined
      ? []
      : [pulumi.output(fileSystemConfig).apply((config) => fileSystemStatement(config?.arn ?? ""))]),
  ];
}
