import { Role, RolePolicy } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { awaited } from "./awaited";
import { combined } from "./combined";
import { isPlain } from "./functionEnvironment";
import { namedResource } from "./namedResource";
import type { ObservedFunctionArgs } from "./observedFunctionArgs";
import { policyLength } from "./plan/inlinePolicies";
import {
  assumeRolePolicy,
  deadLetterStatement,
  denyLogsDocument,
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
import { withoutPositions } from "./pulumi/sourcePositions";
import { givenRolePolicy } from "./rolePolicies";
import type { FunctionReferences } from "./secretReferences";
import { CloudWatchLogs } from "./telemetryArgs";
import { originOf } from "./valueOrigin";

/** The execution role of a function, made or given. */
export interface ExecutionRole {
  arn: pulumi.Output<string>;
  name: pulumi.Output<string>;
  /** Whether it is a role of the user's own, on which there may be other functions. */
  isGiven: boolean;
}

/** A role with what has to be there before the function is created. */
export interface PermittedRole extends ExecutionRole {
  policies: pulumi.Input<RolePolicy[]>;
}

/** A log group, by its name and where it is. */
export interface LogGroupPlace {
  region: () => pulumi.Input<string>;
  name: pulumi.Input<string>;
  /** Whether the program names it apart from the function, so that others may write to it too. */
  isShared?: boolean;
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
  const trust = { assumeRolePolicy: assumeRolePolicy() };
  const { arn, name: madeName } = withoutPositions(() => new Role(roleName, trust, roleOptions));
  const role: ExecutionRole = { arn, name: madeName, isGiven: false };
  const own = [...logStatements(args, role, logGroup), ...functionStatements(args)];
  const statements = combined([own, secretReading(references)], ([first, secrets]) => [...first, ...secrets]);
  const any = own.length > 0 || references.any;
  return { ...role, policies: madePolicy(name, role, { any, statements }, options) };
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
  return { arn, name: arn.apply((given) => parseRoleArn(given)?.roleName ?? given), isGiven: true };
}

/**
 * Allows a role of the user's own to read the secrets that the settings refer to. Functions that refer to the same share
 * the policy.
 * @returns the policy; none when nothing can refer to a secret.
 */
export async function secretPolicy(
  component: string,
  role: ExecutionRole,
  references: FunctionReferences,
  options: pulumi.CustomResourceOptions,
): Promise<RolePolicy[]> {
  if (!references.any) return [];
  const document = readingDocument(secretReading(references));
  return givenRolePolicy(
    { component, suffix: "-secrets", role, document, origin: references.origin },
    options,
  );
}

function secretReading({ references, kmsKeyArns }: FunctionReferences): Statements {
  return combined([references, kmsKeyArns], ([found, keys]) => secretStatements(found, keys));
}

/**
 * A policy of a made role, if the arguments ask for one. One that may turn out to hold nothing is made as well: a resource
 * that is only made once values are known would be missing from the preview and refused by an update plan.
 */
function madePolicy(
  name: string,
  role: ExecutionRole,
  { any, statements }: { any: boolean; statements: Statements },
  options: pulumi.CustomResourceOptions,
): RolePolicy[] {
  if (!any) return [];
  const named = namedResource(name, policyNames, "-permissions", options);
  const inputs = { role: role.name, policy: readingDocument(statements) };
  return [withoutPositions(() => new RolePolicy(named.name, inputs, named.options))];
}

function readingDocument(statements: Statements): pulumi.Input<string> {
  return combined([statements], ([found]) =>
    policyDocument(found.length === 0 ? [noEffectStatement()] : found),
  );
}

/** Forbids the role this one log group. */
export async function denyLogsPolicy(
  component: string,
  role: ExecutionRole,
  logGroup: LogGroupPlace,
  options: pulumi.CustomResourceOptions,
): Promise<RolePolicy[]> {
  const [region, group] = [logGroup.region(), logGroup.name];
  const documentOf = (arn: string, region: string, group: string) => {
    const denied = groupArn(arn, region, group);
    return role.isGiven ? denyLogsDocument(denied) : policyDocument([denyLogsStatement(denied)]);
  };
  const document = pulumi
    .all([role.arn, region, group])
    .apply(([arn, where, name]) => documentOf(arn, where, name));
  if (!role.isGiven) {
    const named = namedResource(component, policyNames, "-no-logs", options);
    const inputs = { role: role.name, policy: document };
    return [withoutPositions(() => new RolePolicy(named.name, inputs, named.options))];
  }
  const length = async () => {
    const [arn, where, name] = await Promise.all([role.arn, region, group].map(awaited<string>));
    return policyLength(documentOf(arn ?? anyRoleArn, where ?? "", name ?? ""));
  };
  const origin = logGroup.isShared ? async () => JSON.stringify(await originOf([region, group])) : undefined;
  const policy = { component, suffix: "-no-logs", role, document, length, ...(origin && { origin }) };
  return givenRolePolicy(policy, options);
}

/** An ARN as long as that of any role is in what a policy takes of it. */
const anyRoleArn = "arn:aws:iam::000000000000:role/x";

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
