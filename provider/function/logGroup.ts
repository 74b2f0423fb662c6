import { LogGroup, type LogGroupArgs } from "@pulumi/aws/cloudwatch";
import { getLogGroup } from "@pulumi/aws/cloudwatch/getLogGroup";
import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { logGroupNames, resourceName } from "../plan/names/resourceNames";
import { defaultLogGroup } from "../plan/policies/statements";
import { awaited, isPlain } from "../pulumi/inputs";
import { namedResource } from "../pulumi/namedResource";
import { withoutPositions } from "../pulumi/sourcePositions";
import { claimLogGroup } from "./logGroupOwners";
import { generatedNames } from "./names";
import type { LogGroupNames } from "./role";

/** A function whose log group is created or only named. */
export interface LogGroupOwner {
  /** Name in the program. */
  name: string;
  args: ObservedFunctionArgs;
  region: () => pulumi.Input<string>;
}

/** The log group of a function, before the function exists. */
export interface FunctionLogGroup {
  /** The group that is managed for its retention, if any. */
  managed: pulumi.Input<LogGroup[]>;
  /** The function's own argument, with the log group that was created for it. */
  loggingConfig: ObservedFunctionArgs["loggingConfig"];
  /** Its name; undefined if it depends on the function's name, which is not given. */
  name: pulumi.Output<string> | undefined;
}

/** Creates the log group, or takes it over, if a retention is given. */
export function functionLogGroup(
  owner: LogGroupOwner,
  options: pulumi.CustomResourceOptions,
): FunctionLogGroup {
  const { args } = owner;
  const known = knownLogGroup(args);
  if (args.logRetentionInDays === undefined) {
    return { managed: [], loggingConfig: args.loggingConfig, name: known };
  }
  if (known !== undefined) {
    return { managed: namedLogGroup(owner, known, options), loggingConfig: args.loggingConfig, name: known };
  }
  const namePrefix = defaultLogGroup(`${resourceName(owner.name, logGroupNames)}-`);
  const made = logGroup(owner, { namePrefix }, options);
  // The function has to be told a generated group name.
  const loggingConfig = withLogGroup(args, made.name);
  return { managed: [made], loggingConfig, name: loggingConfig.apply(({ logGroup }) => logGroup) };
}

/**
 * The log groups that the function may have: its own, or those of the names that it may get if it has none.
 * @param inProgram current and former names in the program.
 * @returns undefined if that is not known before the function exists.
 */
export function possibleLogGroups(
  { loggingConfig }: ObservedFunctionArgs,
  { name: known }: FunctionLogGroup,
  inProgram: readonly string[],
): LogGroupNames | undefined {
  if (known !== undefined) return known.apply((group) => [group]);
  const groups = generatedNames(inProgram)?.map(defaultLogGroup);
  if (groups === undefined) return undefined;
  if (isPlain(loggingConfig ?? {})) return groups;
  const config = pulumi.output(loggingConfig);
  return config.apply((given) => (given?.logGroup ? [given.logGroup] : groups));
}

/**
 * The log group with a known name. If it already exists in AWS, Pulumi imports it and then updates it to the arguments,
 * in one deployment; if it is in the stack's state, the option has no effect, so it can always be set.
 */
async function namedLogGroup(
  owner: LogGroupOwner,
  name: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): Promise<LogGroup[]> {
  await awaited(options.dependsOn);
  await claimLogGroup(owner.name, { name: await awaited(name), region: owner.region() }, options);
  const { parent, provider } = options;
  const existing = await existingLogGroup(name, owner.region(), { parent, provider });
  if (existing === undefined) return [logGroup(owner, { name }, options)];
  // Without this argument, its KMS key would be removed.
  const { kmsKeyId } = existing;
  return [logGroup(owner, { name, ...(kmsKeyId && { kmsKeyId }) }, { ...options, import: existing.name })];
}

/** Name of the function's log group if that is known before the function exists. */
function knownLogGroup({ name, loggingConfig }: ObservedFunctionArgs): pulumi.Output<string> | undefined {
  if (isPlain(loggingConfig) && loggingConfig.logGroup !== undefined) {
    return pulumi.output(loggingConfig.logGroup).apply((given) => given ?? "");
  }
  return name === undefined ? undefined : logGroupName(loggingConfig, name);
}

/** The log group that the function specifies, otherwise the one with its name. */
export function logGroupName(
  loggingConfig: ObservedFunctionArgs["loggingConfig"],
  functionName: pulumi.Input<string | undefined>,
): pulumi.Output<string> {
  // Each output has a cost: this is the only one of a function whose configuration is plain data.
  if (loggingConfig === undefined && pulumi.Output.isInstance(functionName)) {
    return functionName.apply((given) => defaultLogGroup(given ?? ""));
  }
  return pulumi
    .all([loggingConfig, functionName])
    .apply(([config, given]) => config?.logGroup ?? defaultLogGroup(given ?? ""));
}

function logGroup(
  { name, args }: LogGroupOwner,
  naming: LogGroupArgs,
  options: pulumi.CustomResourceOptions,
): LogGroup {
  const { region, logRetentionInDays: retentionInDays, tags } = args;
  const named = namedResource(name, logGroupNames, "-log-group", options);
  const inputs = { ...naming, region, retentionInDays, tags };
  return withoutPositions(() => new LogGroup(named.name, inputs, named.options));
}

function withLogGroup({ loggingConfig }: ObservedFunctionArgs, logGroup: pulumi.Output<string>) {
  return pulumi.all([loggingConfig, logGroup]).apply(([config, made]) => ({
    logFormat: "Text",
    ...config,
    logGroup: config?.logGroup ?? made,
  }));
}

/** An existing log group: the parts that must not change when it is taken over. */
interface ExistingLogGroup {
  name: string;
  /** ARN of the customer managed key that encrypts it. */
  kmsKeyId?: string;
}

/**
 * The log group with this name, if it exists: Lambda creates it when a function writes its first line, long before
 * anybody sets its retention. Also undefined if a preview does not know the name, or if AWS does not respond.
 */
async function existingLogGroup(
  name: pulumi.Input<string>,
  region: pulumi.Input<string>,
  options: pulumi.InvokeOptions,
): Promise<ExistingLogGroup | undefined> {
  const [group, where] = await Promise.all([awaited(name), awaited(region)]);
  if (!group || !where) return undefined;
  try {
    const found = await getLogGroup({ name: group, region: where }, options);
    // A provider that a preview cannot configure yet returns nothing.
    if (!found?.arn) return undefined;
    return { name: group, ...(found.kmsKeyId && { kmsKeyId: found.kmsKeyId }) };
  } catch {
    return undefined;
  }
}
