import { Role, RolePolicy, RolePolicyAttachment } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { isPlain } from "./functionEnvironment";
import { CloudWatchLogs, type ObservedFunctionArgs } from "./observedFunctionArgs";
import {
  assumeRolePolicy,
  deadLetterStatement,
  denyLogsStatement,
  logGroupArn,
  networkStatement,
  parseRoleArn,
  policyDocument,
  secretStatements,
  tracingStatement,
} from "./plan/policies";
import type { FunctionReferences } from "./secretReferences";

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
  if (args.role !== undefined) {
    // A role that is none has been reported already; its text stands in for the name then.
    const arn = pulumi.output(args.role).apply((given) => given ?? "");
    return { arn, name: arn.apply((given) => parseRoleArn(given)?.roleName ?? given), policies: [] };
  }
  const role = new Role(name, { assumeRolePolicy: assumeRolePolicy() }, options);
  const policies: pulumi.Resource[] = [];
  if (args.cloudWatchLogs !== CloudWatchLogs.Disable) {
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

/**
 * Allows the role to read the secrets that the settings refer to.
 * @returns the policy; none when nothing refers to a secret.
 */
export function secretPolicy(
  name: string,
  role: ExecutionRole,
  { any, references }: FunctionReferences,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] | pulumi.Output<pulumi.Resource[]> {
  if (any === false) return [];
  const create = (policy: pulumi.Input<string>) =>
    new RolePolicy(`${name}-secrets`, { role: role.name, policy }, options);
  if (any) return [create(references.apply((found) => policyDocument(secretStatements(found))))];
  // Whether there is a policy at all is in values that come later: only then can it be made.
  return references.apply((found): pulumi.Resource[] =>
    found.length === 0 ? [] : [create(policyDocument(secretStatements(found)))],
  );
}

/** Forbids the role this one log group. */
export function denyLogsPolicy(
  name: string,
  role: ExecutionRole,
  logGroup: { region: pulumi.Input<string>; name: pulumi.Input<string> },
  options: pulumi.CustomResourceOptions,
): RolePolicy {
  const policy = pulumi.all([role.arn, logGroup.region, logGroup.name]).apply(([arn, region, group]) => {
    const identity = parseRoleArn(arn);
    if (identity === undefined) throw new Error(`${arn} is not the ARN of an IAM role`);
    return policyDocument([denyLogsStatement(logGroupArn(identity, region, group))]);
  });
  return new RolePolicy(`${name}-no-logs`, { role: role.name, policy }, options);
}

/** What Lambda itself asks of the role for the function's network, tracing and dead letters. */
function functionStatements(args: ObservedFunctionArgs) {
  const { vpcConfig, tracingConfig, deadLetterConfig } = args;
  const tracing =
    tracingConfig !== undefined && !(isPlain(tracingConfig) && tracingConfig.mode === "PassThrough");
  return [
    ...(vpcConfig === undefined ? [] : [pulumi.output(networkStatement())]),
    ...(tracing ? [pulumi.output(tracingStatement())] : []),
    ...(deadLetterConfig === undefined
      ? []
      : [pulumi.output(deadLetterConfig).apply((config) => deadLetterStatement(config?.targetArn ?? ""))]),
  ];
}
