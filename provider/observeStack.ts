import type { FunctionArgs } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { withoutAbsent } from "./absent";
import { checkArguments, checkLater } from "./argumentCheck";
import { awaited, awaitedResources } from "./awaited";
import { confirmDelivery } from "./delivery";
import { givenRole, secretPolicy } from "./executionRole";
import { functionVariables } from "./functionEnvironment";
import { functionLayers, functionRegion } from "./functionLayers";
import { functionLogs } from "./functionLogs";
import type { ObservedFunctionArgs } from "./observedFunctionArgs";
import { type FunctionCandidate, type FunctionFilter, isObserved } from "./plan/functionFilter";
import { registerTransform } from "./pulumi/callbackContext";
import { withOutputs } from "./pulumi/markedValues";
import { functionReferences } from "./secretReferences";
import { orStopUpdate } from "./stopUpdate";
import { storeSecrets } from "./storedSecrets";

const functionType = "aws:lambda/function:Function";
const componentType = "clickstack-lambda:index:ObservedFunction";

/** Telemetry arguments that mean one function alone. */
type OfOneFunction = keyof FunctionArgs | "functionAlias" | "serviceName" | "serviceVersion";

/** How the functions of a program are observed, and which. */
export interface ObserveStackArgs extends Omit<ObservedFunctionArgs, OfOneFunction> {
  /** The functions to observe. Defaults to all. */
  include?: FunctionFilter;
  /** Functions to leave alone, even if they are included. */
  exclude?: FunctionFilter;
}

/**
 * Observes every function that the program makes from here on, whoever makes it: `aws.lambda.Function`,
 * `aws.lambda.CallbackFunction` and functions inside of other components alike get the extension's layer, the environment
 * that configures it and the policies that their roles need, as {@link ObservedFunction} gives them. Functions stay the
 * resources that they are. Those of an `ObservedFunction` have what they need already; functions from container images
 * take no layer, are left alone and said so.
 *
 * Call it once, before the functions are made. An `ingestionKey` is stored once for all of them.
 * @throws at preview, for each function, InputPropertiesError with everything that keeps it from being observed.
 */
export function observeStack(args: ObserveStackArgs): void {
  const { include, exclude, ...telemetry } = withoutAbsent(args);
  const stored = storeSecrets("clickstack", telemetry, {});
  const confirmed = confirmDelivery("this stack", telemetry, {});
  registerTransform(functionType, async (marked) => {
    if (await isInComponent(marked.opts.parent)) return undefined;
    const resource = { ...marked, props: await withOutputs(marked.props) };
    if (!isObserved(await candidate(resource), { include, exclude })) return undefined;
    if (resource.props.packageType === "Image") {
      const advice = "build the extension into its image (see examples/container-image), or exclude it";
      await pulumi.log.warn(
        `observeStack: "${resource.name}" is a container image and is not observed; ${advice}`,
      );
      return undefined;
    }
    // The engine is told why by the rejection; that it says so before it ends is not certain.
    const observed = observe(resource, stored, confirmed).catch(async (error: Error) => {
      await pulumi.log.error(error.message);
      throw error;
    });
    return orStopUpdate(resource.name, observed);
  });
}

/** One function with everything that it needs to be observed. */
async function observe(
  { name, props, opts }: pulumi.ResourceTransformArgs,
  telemetry: Partial<ObservedFunctionArgs>,
  confirmed: pulumi.Output<boolean> | undefined,
): Promise<pulumi.ResourceTransformResult> {
  const args: ObservedFunctionArgs = withoutAbsent({ ...props, ...telemetry });
  const { parent, provider, dependsOn: needed } = opts;
  // The role's ARN comes without the role that it is of. What the function needs, its policies need.
  const options = { parent, provider, dependsOn: needed };
  const region = () => functionRegion(args, { parent, provider });
  checkArguments(name, args);
  await checkLater(name, args, { region });
  const role = givenRole(args.role);
  const logs = functionLogs({ name, args, role, region, confirmed }, options);
  logs.finish(pulumi.output(autoNamed(name)));
  const policies = secretPolicy(name, role, functionReferences(name, args), options);
  const dependsOn = await awaitedResources([...logs.resources, policies]);
  const layers = functionLayers({ name, args, region });
  const { environment } = functionVariables(args);
  const { loggingConfig } = logs;
  return {
    props: { ...props, layers, environment, ...(loggingConfig && { loggingConfig }) },
    opts: pulumi.mergeOptions(functionOptions(opts as pulumi.CustomResourceOptions), { dependsOn }),
  };
}

/**
 * A transform is given `false` for what the program leaves open. Given back, it would keep a named function from being
 * deleted before it is made anew, as its provider asks, and the new one would be refused for its name.
 */
function functionOptions(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return opts.deleteBeforeReplace ? opts : { ...opts, deleteBeforeReplace: undefined };
}

/** Pulumi's own form of a name that the program leaves open, with IAM's sign for any one character. */
function autoNamed(name: string): string {
  return `${name}-${"?".repeat(7)}`;
}

async function isInComponent(parent: pulumi.Resource | undefined): Promise<boolean> {
  if (parent === undefined) return false;
  return (await awaited(parent.urn))?.includes(componentType) ?? false;
}

async function candidate({ name, props }: pulumi.ResourceTransformArgs): Promise<FunctionCandidate> {
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const values = (await awaited<unknown>(props.tags)) ?? {};
  const tags = await Promise.all(
    Object.entries(values).map(async ([key, value]) => [key, text(await awaited(value))] as const),
  );
  const [functionName, runtime] = (await Promise.all([props.name, props.runtime].map(awaited))).map(text);
  return {
    name,
    tags: Object.fromEntries(tags.filter((tag): tag is [string, string] => tag[1] !== undefined)),
    ...(functionName === undefined ? {} : { functionName }),
    ...(runtime === undefined ? {} : { runtime }),
  };
}
