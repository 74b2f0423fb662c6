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

/** The execution role of a function, created or passed. */
export interface ExecutionRole {
  arn: pulumi.Output<string>;
  name: pulumi.Output<string>;
  /** Whether it is the user's own role, which other functions may also have. */
  isGiven: boolean;
}

/** A role with the resources that have to exist before the function is created. */
export interface PermittedRole extends ExecutionRole {
  policies: pulumi.Input<RolePolicy[]>;
}

/** A log group, by its name and where it is. */
export interface LogGroupPlace {
  region: () => pulumi.Input<string>;
  name: pulumi.Input<string>;
  /** Whether the program specifies it separately from the function, so that others may also write to it. */
  isShared?: boolean;
}

/** The permissions of a created role, as far as they are known before the function exists. */
export interface RoleScope {
  /** Names of the log groups that the function may have, see {@link LogGroupNames}. */
  logGroups: LogGroupNames | undefined;
  /** The function's name, or its possible names; undefined if that is not known. */
  names: () => pulumi.Input<string[]> | undefined;
  region: () => pulumi.Input<string>;
}

/**
 * Names of the log groups that a function may write to, with IAM's wildcards if only the form of a name is known.
 * Undefined if they are not known, which means all.
 */
export type LogGroupNames = pulumi.Input<string[]>;

/**
 * Uses the role that was passed, or creates one with what the function's own arguments need; either may read the
 * secrets that the settings refer to. All permissions of a created role are in one policy: every further policy costs a
 * call to IAM and a resource in the stack's state.
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
  // Whether a policy exists depends on which arguments are given, not on their values: a resource that is only created
  // once values are known would be missing from the preview and rejected by an update plan.
  const any = logs || own.length > 0 || references.any;
  const policy = logs ? documentWithLogs(role, { logGroups, region }, others) : readingDocument(others);
  return { ...role, policies: any ? [componentPolicy(name, "-permissions", { role, policy }, options)] : [] };
}

/**
 * The policy of a created role for writing the function's logs, with its other permissions. Every output has a cost:
 * plain data remains plain.
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

/** Whether a created role may write the function's logs. */
function writesLogs({ cloudWatchLogs, requireDelivery }: ObservedFunctionArgs): boolean {
  // Until delivery is confirmed the function has to be able to log; the denial then overrides this.
  return cloudWatchLogs !== CloudWatchLogs.Disable || requireDelivery === true;
}

/**
 * Allows a created role access to the function's log group in a separate policy, if the group turns out not to be among
 * those that its policy allows: a transform of the program may have given the function another name.
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

/** The user's own role. */
export function givenRole(role: pulumi.Input<string | undefined>): ExecutionRole {
  // An invalid role has already been reported; its text is then used as the name.
  const arn = pulumi.output(role).apply((given) => given ?? "");
  return { arn, name: arn.apply((given) => parseRoleArn(given)?.roleName ?? given), isGiven: true };
}

/**
 * Allows the user's own role to read the secrets that the settings refer to. Functions that refer to the same secrets
 * share the policy.
 * @returns the policy; none if nothing can refer to a secret.
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

/** Denies the role this one log group. */
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

/** An ARN for the length of a policy, which is the same for any role. */
const anyRoleArn = "arn:aws:iam::000000000000:role/x";

/** ARN of a log group in the account of the role. */
function groupArn(roleArn: string, region: string, group: string): string {
  return logGroupArn(roleIdentity(roleArn), region, group);
}

type Statements = PolicyStatement[] | pulumi.Output<PolicyStatement[]>;

/** What Lambda itself needs from the role for the function's network, tracing, dead letters and file system. */
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
