import { Role, RolePolicy } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { combined } from "./combined";
import { isPlain } from "./functionEnvironment";
import type { ObservedFunctionArgs } from "./observedFunctionArgs";
import {
  assumeRolePolicy,
  deadLetterStatement,
  denyLogsStatement,
  fileSystemStatement,
  logGroupArn,
  networkStatement,
  type PolicyStatement,
  parseRoleArn,
  policyDocument,
  secretStatements,
  tracingStatement,
  writeLogsStatement,
} from "./plan/policies";
import type { FunctionReferences } from "./secretReferences";
import { CloudWatchLogs } from "./telemetryArgs";

/** The execution role of a function, made or given. */
export interface ExecutionRole {
  arn: pulumi.Output<string>;
  name: pulumi.Output<string>;
}

/** A role with what has to be there before the function is created. */
export interface PermittedRole extends ExecutionRole {
  policies: Policies;
}

/** Policies of a role. Whether there are any may only turn out later. */
export type Policies = RolePolicy[] | pulumi.Output<RolePolicy[]>;

/**
 * Takes the role that was given, or makes one with what the function's own arguments ask for; either may read the secrets
 * that the settings refer to. All that a made role is allowed is one policy: every further one costs a call to IAM and a
 * resource in the stack's state.
 */
export function executionRole(
  name: string,
  args: ObservedFunctionArgs,
  references: FunctionReferences,
  options: pulumi.CustomResourceOptions,
): PermittedRole {
  if (args.role !== undefined) {
    const given = givenRole(args.role);
    return { ...given, policies: secretPolicy(name, given, references, options) };
  }
  const role = new Role(name, { assumeRolePolicy: assumeRolePolicy() }, options);
  // Until delivery is confirmed the function has to be able to log; the denial then overrules this.
  const logs = args.cloudWatchLogs !== CloudWatchLogs.Disable || args.requireDelivery === true;
  const own = [...(logs ? [writeLogsStatement()] : []), ...functionStatements(args)];
  const statements = combined([own, secretReading(references)], ([first, secrets]) => [...first, ...secrets]);
  const any = own.length > 0 ? true : references.any;
  return {
    arn: role.arn,
    name: role.name,
    policies: rolePolicy(`${name}-permissions`, role, { any, statements }, options),
  };
}

/** A role of the user's own. */
export function givenRole(role: pulumi.Input<string | undefined>): ExecutionRole {
  // A role that is none has been reported already; its text stands in for the name then.
  const arn = pulumi.output(role).apply((given) => given ?? "");
  return { arn, name: arn.apply((given) => parseRoleArn(given)?.roleName ?? given) };
}

/**
 * Allows the role to read the secrets that the settings refer to.
 * @returns the policy; none when nothing refers to a secret.
 */
export function secretPolicy(
  name: string,
  role: ExecutionRole,
  references: FunctionReferences,
  options: pulumi.CustomResourceOptions,
): Policies {
  const permissions = { any: references.any, statements: secretReading(references) };
  return rolePolicy(`${name}-secrets`, role, permissions, options);
}

function secretReading({ references, kmsKeyArns }: FunctionReferences): Statements {
  return combined([references, kmsKeyArns], ([found, keys]) => secretStatements(found, keys));
}

/** A policy of the role, if there is anything in it. */
function rolePolicy(
  name: string,
  role: ExecutionRole,
  { any, statements }: { any: boolean | undefined; statements: Statements },
  options: pulumi.CustomResourceOptions,
): Policies {
  if (any === false) return [];
  const policy = combined([statements], ([found]) => policyDocument(found));
  const create = () => new RolePolicy(name, { role: role.name, policy }, options);
  if (any) return [create()];
  // Whether there is a policy at all is in values that come later: only then can it be made.
  return combined([statements], ([found]) => (found.length === 0 ? [] : [create()]));
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

type Statements = PolicyStatement[] | pulumi.Output<PolicyStatement[]>;

/** What Lambda itself asks of the role for the function's network, tracing, dead letters and file system. */
function functionStatements(args: ObservedFunctionArgs): pulumi.Input<PolicyStatement>[] {
  const { vpcConfig, tracingConfig, deadLetterConfig, fileSystemConfig } = args;
  const tracing =
    tracingConfig !== undefined && !(isPlain(tracingConfig) && tracingConfig.mode === "PassThrough");
  return [
    ...(vpcConfig === undefined && fileSystemConfig === undefined ? [] : [networkStatement()]),
    ...(tracing ? [tracingStatement()] : []),
    ...(deadLetterConfig === undefined
      ? []
      : [pulumi.output(deadLetterConfig).apply((config) => deadLetterStatement(config?.targetArn ?? ""))]),
    ...(fileSystemConfig === undefined
      ? []
      : [pulumi.output(fileSystemConfig).apply((config) => fileSystemStatement(config?.arn ?? ""))]),
  ];
}
