import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { CloudWatchLogs } from "../args/telemetry";
import { checkArguments, checkLater } from "../check/arguments";
import { functionRegion } from "../function/layers";
import { observedParts } from "../function/observe";
import { ownLogGroup } from "../plan/names/resourceUrn";
import { awaited, awaitedResources, isPlain, withoutAbsent } from "../pulumi/inputs";
import { withDependencies } from "../pulumi/resultDependencies";
import { originOf } from "../pulumi/valueOrigin";

/** A function that is being registered. */
export interface RegisteredFunction extends pulumi.ResourceTransformArgs {
  urn: string;
}

/**
 * Turns a function into an observed one while it is being registered, and creates the policies that its role needs.
 * @param telemetry how it is observed, with keys already stored.
 * @param confirmed fulfilled once logs may be denied.
 */
export async function observeFunction(
  { name, urn, props, opts }: RegisteredFunction,
  telemetry: Partial<ObservedFunctionArgs>,
  confirmed: Promise<void>,
): Promise<pulumi.ResourceTransformResult> {
  const given: ObservedFunctionArgs = withoutAbsent({ ...props, ...telemetry });
  const args = await withLogGroup(urn, given);
  const { parent, provider, dependsOn: needed } = opts;
  // The role's ARN may arrive without its role. The policies depend on what the function depends on.
  const options = { parent, provider, dependsOn: needed };
  const region = () => functionRegion(args, { parent, provider });
  checkArguments(name, args);
  await checkLater(name, args, { region });
  await confirmed;
  // A registered function creates no role; AWS reports it if the role is missing.
  const registered = { ...args, role: args.role ?? "" };
  const parts = observedParts({ name, args: registered, region, names: [name] }, options);
  const dependsOn = await awaitedResources(parts.resources);
  const needs = [...(await urnsOf(dependsOn)), ...(await originOf(Object.values(parts.inputs))).urns];
  const permitted = await withDependencies(props.role, needs);
  return {
    props: { ...props, ...parts.inputs, role: permitted },
    opts: pulumi.mergeOptions(functionOptions(opts as pulumi.CustomResourceOptions), { dependsOn }),
  };
}

/**
 * Adds a log group if the function has no name and its logs are to be denied: the group for its name is not known
 * before the function exists; a denial of less than that group has no effect, and one of more affects other functions.
 */
async function withLogGroup(urn: string, args: ObservedFunctionArgs): Promise<ObservedFunctionArgs> {
  if (args.cloudWatchLogs !== CloudWatchLogs.Disable || args.logRetentionInDays !== undefined) return args;
  // A name that is only known in the update counts as a name; one that turns out to be absent does not.
  const named = pulumi.Output.isInstance(args.name) && !(await isKnown(args.name));
  if (named || (await awaited(args.name))) return args;
  const { name: _, loggingConfig, ...others } = args;
  const own = ownLogGroup(urn);
  if (loggingConfig === undefined || isPlain(loggingConfig)) {
    const { logGroup = own, logFormat = "Text" } = loggingConfig ?? {};
    return { ...others, loggingConfig: { ...loggingConfig, logFormat, logGroup } };
  }
  const group = pulumi.output(loggingConfig).apply((config) => ({
    ...config,
    logFormat: config?.logFormat ?? "Text",
    logGroup: config?.logGroup || own,
  }));
  return { ...others, loggingConfig: group };
}

async function urnsOf(resources: readonly pulumi.Resource[]): Promise<string[]> {
  const urns = await Promise.all(resources.map(({ urn }) => awaited(urn)));
  return urns.filter((urn) => urn !== undefined);
}

/** Whether an output has a value, which may not be the case in a preview. */
async function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}

/**
 * A transform receives `false` for options that the program does not set. If returned, it would prevent a named
 * function from being deleted before its replacement is created, as its provider requires, and the new one would be
 * rejected for its name.
 */
function functionOptions(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return opts.deleteBeforeReplace ? opts : { ...opts, deleteBeforeReplace: undefined };
}
