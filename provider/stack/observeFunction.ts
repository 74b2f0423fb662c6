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
 * Turns a function into an observed one while it is registered, and makes the policies that its role needs.
 * @param telemetry how it is observed, with keys stored already.
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
  // The role's ARN may come without the role that it is of. What the function needs, its policies need.
  const options = { parent, provider, dependsOn: needed };
  const region = () => functionRegion(args, { parent, provider });
  checkArguments(name, args);
  await checkLater(name, args, { region });
  await confirmed;
  // A function that is registered makes no role; that it lacks one, AWS says.
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
 * With a log group of its own where the function has no name, if its logs are to be denied: the group of its name is not
 * known before there is the function, and a denial of less than that group is none, of more is one of other functions.
 */
async function withLogGroup(urn: string, args: ObservedFunctionArgs): Promise<ObservedFunctionArgs> {
  if (args.cloudWatchLogs !== CloudWatchLogs.Disable || args.logRetentionInDays !== undefined) return args;
  // A name that an update is yet to learn is a name; one that turns out to be none is none.
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

/** Whether an output has its value, which in a preview it may not. */
async function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}

/**
 * A transform is given `false` for what the program leaves open. Given back, it would keep a named function from being
 * deleted before it is made anew, as its provider asks, and the new one would be refused for its name.
 */
function functionOptions(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return opts.deleteBeforeReplace ? opts : { ...opts, deleteBeforeReplace: undefined };
}
