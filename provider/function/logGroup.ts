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

/** A function whose log group is to be made or only named. */
export interface LogGroupOwner {
  /** Name in the program. */
  name: string;
  args: ObservedFunctionArgs;
  region: () => pulumi.Input<string>;
}

/** The log group of a function, before there is the function. */
export interface FunctionLogGroup {
  /** The group that is managed for its retention; none without. */
  managed: pulumi.Input<LogGroup[]>;
  /** The function's own argument, with the log group that was made for it. */
  loggingConfig: ObservedFunctionArgs["loggingConfig"];
  /** Its name; undefined where the function's name decides, and that is not given. */
  name: pulumi.Output<string> | undefined;
}

/** Makes the log group, or takes it over, if its retention is given. */
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
  // A group whose name is made up has to be named to the function.
  const loggingConfig = withLogGroup(args, made.name);
  return { managed: [made], loggingConfig, name: loggingConfig.apply(({ logGroup }) => logGroup) };
}

/**
 * The log groups that the function may have: its own, or those of the names that it may get where it has none.
 * @param inProgram names in the program that it has and had.
 * @returns undefined where that cannot be told before there is the function.
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
 * The log group of a known name. One that AWS has already is imported, and then updated to what the arguments say, by
 * Pulumi in one deployment; for one that is in the stack's state the option has no effect, so that it may be given always.
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
  // Without its key it would no longer be encrypted with it.
  const { kmsKeyId } = existing;
  return [logGroup(owner, { name, ...(kmsKeyId && { kmsKeyId }) }, { ...options, import: existing.name })];
}

/** Name of the function's log group where that is known before there is the function. */
function knownLogGroup({ name, loggingConfig }: ObservedFunctionArgs): pulumi.Output<string> | undefined {
  if (isPlain(loggingConfig) && loggingConfig.logGroup !== undefined) {
    return pulumi.output(loggingConfig.logGroup).apply((given) => given ?? "");
  }
  return name === undefined ? undefined : logGroupName(loggingConfig, name);
}

/** The log group that the function names, else that of its name. */
export function logGroupName(
  loggingConfig: ObservedFunctionArgs["loggingConfig"],
  functionName: pulumi.Input<string | undefined>,
): pulumi.Output<string> {
  // Each output costs: a function has this one alone where its configuration is plain data.
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

/** A log group that AWS has already, as far as taking it over must not change it. */
interface ExistingLogGroup {
  name: string;
  /** ARN of the customer managed key that encrypts it. */
  kmsKeyId?: string;
}

/**
 * The log group of this name, if AWS has it: Lambda makes it when a function writes its first line, long before its
 * retention is somebody's concern. Undefined also where a preview does not know the name, and where AWS does not answer.
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
    // A provider that a preview cannot configure yet answers with nothing.
    if (!found?.arn) return undefined;
    return { name: group, ...(found.kmsKeyId && { kmsKeyId: found.kmsKeyId }) };
  } catch {
    return undefined;
  }
}
