import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { invalidArguments, withoutSecrets } from "../check/arguments";
import { readManifestFile } from "../check/manifestFile";
import { defaultArchitecture } from "../plan/aws/runtimes";
import { chooseLayer } from "../plan/layers/choice";
import { chooseInstrumentation, distributionOf } from "../plan/layers/instrumentation";
import { lightDistribution } from "../plan/layers/lightTracing";
import type { Problem } from "../plan/problem";
import { isPlain, withoutAbsent } from "../pulumi/inputs";
import { providerRegion } from "../pulumi/providerPlace";
import { secretValues } from "../pulumi/secretValues";

/** A function whose layers are chosen. */
export interface LayeredFunction {
  /** Name in the program, for errors. */
  name: string;
  args: ObservedFunctionArgs;
  /** Region of the function; only evaluated if a layer depends on it. */
  region: () => pulumi.Output<string>;
}

/**
 * The user's own layers in their order, then the one that instruments the code, then the extension's. Undefined for a
 * function from a container image without layers.
 */
export function functionLayers(of: LayeredFunction): pulumi.Input<pulumi.Input<string>[]> | undefined {
  const { args } = of;
  const [own, instrumentation] = [args.layers ?? [], instrumentationLayers(of)];
  const extension = args.extension === undefined ? [] : [extensionLayer(of)];
  if (isPlain(own) && isPlain(instrumentation)) {
    const added = [...instrumentation, ...extension];
    return added.length === 0 && args.layers === undefined ? undefined : [...own, ...added];
  }
  return pulumi
    .all([own, instrumentation, pulumi.all(extension)])
    .apply(([arns, ...added]) => [...(arns ?? []), ...added.flat()]);
}

/** Region of a function: its own, otherwise that of its provider. */
export function functionRegion(
  { region }: ObservedFunctionArgs,
  options: pulumi.InvokeOptions,
): pulumi.Output<string> {
  const ofProvider = () => providerRegion(options);
  if (region === undefined) return ofProvider();
  return pulumi.output(region).apply((given) => (given ? pulumi.output(given) : ofProvider()));
}

function extensionLayer({ name, args, region }: LayeredFunction): pulumi.Input<string> {
  const { extension, architectures } = args;
  if (isPlain(extension) && extension?.layerVersionArn !== undefined) return extension.layerVersionArn;
  return pulumi.all([extension, region(), architectures ?? []]).apply(async ([source, where, names]) => {
    const { manifestFile, ...others } = withoutAbsent(source ?? {});
    const architecture = names?.[0] ?? defaultArchitecture;
    const read = manifestFile === undefined ? undefined : readManifestFile(manifestFile);
    if (read !== undefined && "reason" in read) {
      throw await noLayer(name, { propertyPath: "extension.manifestFile", reason: read.reason }, args);
    }
    const choice = chooseLayer<string>({ ...others, ...read }, where, architecture);
    if ("problem" in choice) throw await noLayer(name, choice.problem, args);
    return choice.layerVersionArn;
  });
}

/** Why there is no layer, without secret values of arguments. */
async function noLayer(name: string, problem: Problem, args: ObservedFunctionArgs) {
  const { extension, autoInstrumentation, architectures, region, runtime } = args;
  const secrets = await secretValues({ extension, autoInstrumentation, architectures, region, runtime });
  return invalidArguments(name, withoutSecrets([problem], secrets));
}

/**
 * The part of the extension's source that determines whether it is Rotel's: as a plain value if it is one, so that
 * nothing waits for the layers themselves.
 */
export function extensionKind(
  extension: ObservedFunctionArgs["extension"],
): pulumi.Input<object> | undefined {
  if (!isPlain(extension)) return extension && pulumi.output(extension);
  const { rotel, layerVersionArn } = extension;
  return {
    ...(rotel !== undefined && { rotel: true }),
    ...(isPlain(layerVersionArn) && { layerVersionArn }),
  };
}

/** The layer that instruments the code, unless it is the extension's own. */
function instrumentationLayers(of: LayeredFunction): pulumi.Input<pulumi.Input<string>[]> {
  const { autoInstrumentation, extension, runtime } = of.args;
  if (autoInstrumentation === undefined) return [];
  const { layerVersionArn } = autoInstrumentation;
  if (layerVersionArn !== undefined) return [layerVersionArn];
  const layers = (plainRuntime: unknown, source: unknown): pulumi.Input<string>[] => {
    const distribution = distributionOf(autoInstrumentation, String(plainRuntime ?? ""), source) ?? "";
    return distribution === lightDistribution ? [] : [instrumentationLayer(of, distribution)];
  };
  const kind = extensionKind(extension);
  if ((runtime === undefined || isPlain(runtime)) && (kind === undefined || isPlain(kind))) {
    return layers(runtime, kind);
  }
  return pulumi.all([runtime, kind]).apply(([of, source]) => pulumi.all(layers(of, source)));
}

function instrumentationLayer(
  { name, args, region }: LayeredFunction,
  distribution: string,
): pulumi.Output<string> {
  const { autoInstrumentation = {}, architectures, runtime } = args;
  const known = pulumi.all([runtime, region(), architectures ?? [], autoInstrumentation.version]);
  return known.apply(async ([of, where, names, wanted]) => {
    const architecture = names?.[0] ?? defaultArchitecture;
    const target = { distribution, runtime: String(of ?? ""), region: where, architecture };
    const choice = chooseInstrumentation({
      ...target,
      ...(wanted ? { version: wanted } : {}),
    });
    if ("problem" in choice) throw await noLayer(name, choice.problem, args);
    return choice.layerVersionArn ?? "";
  });
}
