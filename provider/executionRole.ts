import { Role, RolePolicy } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { combined } from "./combined";
import { isPlain } from "./functionEnvironment";
import { namedResource } from "./namedResource";
import type { ObservedFunctionArgs } from "./observedFunctionArgs";
import {
  assumeRolePolicy,
  deadLetterStatement,
  denyLogsStatement,
  fileSystemStatement,
  logGroupArn,
  networkStatement,
  noEffectStatement,
  type PolicyStatement,
  parseRoleArn,
  policyDocument,
  secretStatements,
  tracingStatement,
  writeLogsStatement,
} from "./plan/policies";
import { policyNames, roleNames } from "./plan/resourceNames";
import type { FunctionReferences } from "./secretReferences";
import { CloudWatchLogs } from "./telemetryArgs";

/** The execution role of a function, made or given. */
export interface ExecutionRole {
  arn: pulumi.Output<string>;
  name: pulumi.Output<string>;
}

/** A role with what has to be there before the function is created. */
export interface PermittedRole extends ExecutionRole {
  policies: RolePolicy[];
}

/** A log group, by its name and where it is. */
export interface LogGroupPlace {
  region: () => pulumi.Input<string>;
  name: pulumi.Input<string>;
}

/**
 * Takes the role that was given, or makes one with what the function's own arguments ask for; either may read the secrets
 * that the settings refer to. All that a made role is allowed is one policy: every further one costs a call to IAM and a
 * resource in the stack's state.
 * @param logGroup the function's log group where it is known before there is the function.
 */
export function executionRole(
  name: string,
  args: ObservedFunctionArgs,
  references: FunctionReferences,
  logGroup: LogGroupPlace | undefined,
  options: pulumi.CustomResourceOptions,
): PermittedRole {
  if (args.role !== undefined) {
    const given = givenRole(args.role);
    return { ...given, policies: secretPolicy(name, given, references, options) };
  }
  const { name: roleName, options: roleOptions } = namedResource(name, roleNames, "", options);
  const role = new Role(roleName, { assumeRolePolicy: assumeRolePolicy() }, roleOptions);
  const own = [...logStatements(args, role, logGroup), ...functionStatements(args)];
  const statements = combined([own, secretReading(references)], ([first, secrets]) => [...first, ...secrets]);
  const any = own.length > 0 || references.any;
  return {
    arn: role.arn,
    name: role.name,
    policies: rolePolicy(name, "-permissions", role, { any, statements }, options),
  };
}

/**
 * What a made role needs to write the function's logs: nothing where they are disabled, else its log group. A name that
 * AWS or Pulumi makes up is known only when there is the function, which the policy comes before: every group is allowed.
 */
function logStatements(
  args: ObservedFunctionArgs,
  role: ExecutionRole,
  logGroup: LogGroupPlace | undefined,
): pulumi.Input<PolicyStatement>[] {
  // Until delivery is confirmed the function has to be able to log; the denial then overrules this.
  if (args.cloudWatchLogs === CloudWatchLogs.Disable && args.requireDelivery !== true) return [];
  if (logGroup === undefined) return [writeLogsStatement()];
  return [
    pulumi
      .all([role.arn, logGroup.region(), logGroup.name])
      .apply(([arn, region, group]) => writeLogsStatement(groupArn(arn, region, group))),
  ];
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
): RolePolicy[] {
  const permissions = { any: references.any, statements: secretReading(references) };
  return rolePolicy(name, "-secrets", role, permissions, options);
}

function secretReading({ references, kmsKeyArns }: FunctionReferences): Statements {
  return combined([references, kmsKeyArns], ([found, keys]) => secretStatements(found, keys));
}

/**
 * A policy of the role, if the arguments ask for one. One that may turn out to hold nothing is made as well: a resource
 * that is only made once values are known would be missing from the preview and refused by an update plan.
 */
function rolePolicy(
  name: string,
  suffix: string,
  role: ExecutionRole,
  { any, statements }: { any: boolean; statements: Statements },
  options: pulumi.CustomResourceOptions,
): RolePolicy[] {
  if (!any) return [];
  const policy = combined([statements], ([found]) =>
    policyDocument(found.length === 0 ? [noEffectStatement()] : found),
  );
  const named = namedResource(name, policyNames, suffix, options);
  return [new RolePolicy(named.name, { role: role.name, policy }, named.options)];
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
  logGroup: LogGroupPlace,
  options: pulumi.CustomResourceOptions,
  confirmed = true,
): RolePolicy {
  const policy = pulumi.all([role.arn, logGroup.region(), logGroup.name]).apply(([arn, region, group]) => {
    const denied = confirmed ? group : `${group}/${unconfirmed}`;
    return policyDocument([denyLogsStatement(groupArn(arn, region, denied))]);
  });
  const keep = confirmed ? {} : { ignoreChanges: ["policy"] };
  const named = namedResource(name, policyNames, "-no-logs", { ...options, ...keep });
  return new RolePolicy(named.name, { role: role.name, policy }, named.options);
}

/** ARN of a log group in the account of the role. A role that is none has been reported already. */
function groupArn(roleArn: string, region: string, group: string): string {
  const identity = parseRoleArn(roleArn) ?? { partition: "aws", accountId: "*", roleName: "" };
  return logGroupArn(identity, region, group);
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
