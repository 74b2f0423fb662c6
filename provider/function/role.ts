import { Role, type RolePolicy } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { CloudWatchLogs } from "../args/telemetry";
import { roleNames } from "../plan/names/resourceNames";
import { policyLength } from "../plan/policies/inlinePolicies";
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
  roleIdentity,
  secretStatements,
  tracingStatement,
  webIdentityStatement,
  writeLogsStatement,
} from "../plan/policies/statements";
import { awaited, combined, isPlain } from "../pulumi/inputs";
import { namedResource } from "../pulumi/namedResource";
import { withoutPositions } from "../pulumi/sourcePositions";
import { originOf } from "../pulumi/valueOrigin";
import { componentPolicy, otherNamePolicy } from "./componentPolicy";
import { durableStatements } from "./durableExecution";
import type { FunctionReferences } from "./secretReferences";
import { givenRolePolicy } from "./sharedRolePolicy";

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

/** What a made role is allowed, as far as it is known before there is the function. */
export interface RoleScope {
  /** Names of the log groups that the function may have, see {@link LogGroupNames}. */
  logGroups: LogGroupNames | undefined;
  /** The function's name, or what it may be; undefined where that is not known. */
  names: () => pulumi.Input<string[]> | undefined;
  region: () => pulumi.Input<string>;
}

/**
 * Names of the log groups that a function may write to, with IAM's wildcards where only the form of a name is known. Where
 * they cannot be told, undefined takes their place, and means all.
 */
export type LogGroupNames = pulumi.Input<string[]>;

/**
 * Takes the role that was given, or makes one with what the function's own arguments ask for; either may read the secrets
 * that the settings refer to. All that a made role is allowed is one policy: every further one costs a call to IAM and a
 * resource in the stack's state.
 */
export function executionRole(
  name: string,
  args: ObservedFunctionArgs,
  references: FunctionReferences,
  { logGroups, names, region }: RoleScope,
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
  const logs = writesLogs(args);
  const own = [...durableStatements({ args, role, region, names }), ...functionStatements(args)];
  const others = combined([own, secretReading(references)], ([first, secrets]) => [...first, ...secrets]);
  // Whether there is a policy follows from which arguments are given, not from their values: a resource that is only made
  // once values are known would be missing from the preview and refused by an update plan.
  const any = logs || own.length > 0 || references.any;
  const policy = logs ? documentWithLogs(role, { logGroups, region }, others) : readingDocument(others);
  return { ...role, policies: any ? [componentPolicy(name, "-permissions", { role, policy }, options)] : [] };
}

/**
 * The policy of a made role that writes the function's logs, besides what else it needs. Every output on the way costs: what is
 * plain data stays so.
 */
function documentWithLogs(
  role: ExecutionRole,
  { logGroups: names, region: placeOf }: Pick<RoleScope, "logGroups" | "region">,
  others: Statements,
): pulumi.Input<string> {
  if (names === undefined) {
    return combined([others], ([found]) => policyDocument([writeLogsStatement(), ...found]));
  }
  const documentOf = (arn: string, region: string, groups: string[], found: PolicyStatement[]) =>
    policyDocument([writeLogsStatement(groups.map((group) => groupArn(arn, region, group))), ...found]);
  const place = pulumi.all([role.arn, placeOf()]);
  if (Array.isArray(others) && Array.isArray(names)) {
    return place.apply(([arn, region]) => documentOf(arn, region, names, others));
  }
  return pulumi
    .all([place, names, others])
    .apply(([[arn, region], groups, found]) => documentOf(arn, region, groups, found));
}

/** Whether a made role is allowed to write the function's logs. */
function writesLogs({ cloudWatchLogs, requireDelivery }: ObservedFunctionArgs): boolean {
  // Until delivery is confirmed the function has to be able to log; the denial then overrules this.
  return cloudWatchLogs !== CloudWatchLogs.Disable || requireDelivery === true;
}

/**
 * Allows a made role the function's log group in a policy of its own, where the group turns out to be none of those that
 * its policy allows: a transform of the program may have given the function another name.
 */
export async function otherLogsPolicy(
  component: string,
  { args, role, logGroup }: { args: ObservedFunctionArgs; role: ExecutionRole; logGroup: LogGroupPlace },
  allowed: LogGroupNames | undefined,
  options: pulumi.CustomResourceOptions,
): Promise<RolePolicy[]> {
  if (role.isGiven || allowed === undefined || !writesLogs(args)) return [];
  const statement = (arn: string, region: string, group: string) =>
    writeLogsStatement([groupArn(arn, region, group)]);
  return otherNamePolicy(component, "-logs", { role, ...logGroup, allowed, statement }, options);
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

function secretReading({ references, kmsKeyArns, audience }: FunctionReferences): Statements {
  return combined([references, kmsKeyArns, audience], ([found, keys, of]) => [
    ...secretStatements(found, keys),
    ...(of ? [webIdentityStatement(of)] : []),
  ]);
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
    return [componentPolicy(component, "-no-logs", { role, policy: document }, options)];
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

/** ARN of a log group in the account of the role. */
function groupArn(roleArn: string, region: string, group: string): string {
  return logGroupArn(roleIdentity(roleArn), region, group);
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
