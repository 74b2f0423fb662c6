import type { FunctionView, InstrumentationView } from "../arguments/view";
import { entriesOf, isKnown, type Known, knownValue, UNKNOWN } from "../known";
import { checkLayerArn, lacksTracing, type PublishedLayersView } from "../layers/choice";
import {
  chooseInstrumentation,
  distributionOf,
  distributions,
  execWrapperVariable,
  isLegacyAdot,
  isRotel,
  languageOf,
  tooOld,
} from "../layers/instrumentation";
import { lightDistribution, tracingVariable } from "../layers/lightTracing";
import { didYouMean } from "../nearestName";
import { type Problem, problem } from "../problem";
import { architectureOf } from "./extension";

const path = "autoInstrumentation";

/** Whether a separate layer instruments the function, as far as known: light tracing needs none. */
export function addsLayer(view: FunctionView): boolean {
  const { autoInstrumentation: instrumentation } = view;
  if (instrumentation === undefined) return false;
  if (instrumentation === UNKNOWN || instrumentation.layerVersionArn !== undefined) return true;
  const distribution = distributionIn(view, instrumentation);
  return distribution !== undefined && distribution !== lightDistribution;
}

/** ARN of the layer that instruments the function, where it is known. */
export function instrumentationLayerArn(view: FunctionView): string | undefined {
  const instrumentation = knownValue(view.autoInstrumentation);
  if (instrumentation === undefined) return undefined;
  if (instrumentation.layerVersionArn !== undefined) return knownValue(instrumentation.layerVersionArn);
  const region = knownValue(view.region);
  const target = region === undefined ? undefined : targetOf(view, instrumentation, region);
  if (target === undefined || (target.version === undefined && instrumentation.version !== undefined))
    return undefined;
  const choice = chooseInstrumentation(target);
  return "problem" in choice ? undefined : choice.layerVersionArn;
}

/** Problems of the automatic instrumentation. */
export function checkInstrumentation(view: FunctionView): Problem[] {
  const { autoInstrumentation: instrumentation } = view;
  if (!isKnown(instrumentation) || view.packageType === "Image") return [];
  const named = knownValue(instrumentation.distribution);
  if (named !== undefined && !(distributions as readonly string[]).includes(named)) {
    const hint = didYouMean(named, distributions);
    const reason = `"${named}" is not a distribution; must be one of: ${distributions.join(", ")}.${hint}`;
    return [{ propertyPath: `${path}.distribution`, reason }];
  }
  if (instrumentation.layerVersionArn !== undefined) return checkExplicitLayer(instrumentation, view);
  const distribution = distributionIn(view, instrumentation);
  const problems = checkVersion(distribution, instrumentation.version);
  // Without a region, the provider's applies: only what holds in every region can be checked yet.
  const target = targetOf(view, instrumentation, knownValue(view.region) ?? "us-east-1");
  if (target === undefined || problems.length > 0) return problems;
  const choice = chooseInstrumentation(target);
  if ("problem" in choice) return [choice.problem];
  return target.distribution === lightDistribution ? checkLight(view, target) : [];
}

/** What is known about the function for the choice of a layer; undefined if too little is known. */
function targetOf(view: FunctionView, instrumentation: InstrumentationView, region: string) {
  const runtime = knownValue(view.runtime);
  const [distribution, architecture] = [distributionIn(view, instrumentation), architectureOf(view)];
  if (runtime === undefined || distribution === undefined || architecture === undefined) return undefined;
  const version = knownValue(instrumentation.version);
  return { distribution, runtime, region, architecture, ...(version === undefined ? {} : { version }) };
}

/** The provider of the layer that instruments the function; undefined while that is not known. */
function distributionIn(view: FunctionView, instrumentation: InstrumentationView): string | undefined {
  if (instrumentation.distribution === UNKNOWN) return undefined;
  return distributionOf(instrumentation, knownValue(view.runtime), view.extension);
}

/** Checks that light tracing is available in the extension's layer. */
function checkLight(view: FunctionView, target: { region: string; architecture: string }): Problem[] {
  const { extension } = view;
  if (!isKnown(extension)) return [];
  const alone = `publish light tracing alone (\`tracing: true\` of ExtensionLayers) and specify it as ${path}.layerVersionArn`;
  if (isRotel(extension)) {
    const reason = `light tracing is in the layers of ExtensionLayers, but the extension's layer is Rotel's: ${alone}`;
    return [{ propertyPath: path, reason }];
  }
  const { manifest } = extension;
  if (!isKnown(manifest) || view.region === undefined || view.region === UNKNOWN) return [];
  if (!lacksTracing(manifest as PublishedLayersView<unknown>, target.region, target.architecture)) return [];
  const reason =
    "the extension's layer was published by a version that had no light tracing. Publish it again, or choose another distribution";
  return [{ propertyPath: path, reason }];
}

/** Warnings for layers that contain a collector. */
export function instrumentationWarnings(view: FunctionView): Problem[] {
  const own = (knownValue(view.layers) ?? []).flatMap((arn, index) =>
    isKnown(arn) && holdsCollector(arn) ? [`layers[${index}]`] : [],
  );
  const instrumentation = knownValue(view.autoInstrumentation);
  const distribution = instrumentation && distributionIn(view, instrumentation);
  const legacy = distribution === "adot-legacy" ? [path] : [];
  const reason =
    'the layer contains a collector of its own, which uses the ports 4317 and 4318 that the extension listens on: the function\'s telemetry reaches only one of the two. Use a layer without a collector (`autoInstrumentation: { distribution: "opentelemetry" }`)';
  return [
    ...[...legacy, ...own].map((propertyPath) => ({ propertyPath, reason })),
    ...(distribution === lightDistribution ? offWarning(view) : memoryWarning(view, instrumentation)),
  ];
}

/** The user's own variable takes precedence, so that tracing can be switched off for single functions. */
function offWarning({ environment }: FunctionView): Problem[] {
  if (environment === UNKNOWN) return [];
  const value = knownValue(entriesOf(environment?.variables)[tracingVariable]);
  if (value === undefined || !/^\s*(off|false|0|no)\s*$/i.test(value)) return [];
  const reason = `is ${value}, which switches off the light tracing that ${path} adds`;
  return [{ propertyPath: `environment.variables.${tracingVariable}`, reason }];
}

function memoryWarning(view: FunctionView, instrumentation: InstrumentationView | undefined): Problem[] {
  if (instrumentation === undefined || view.packageType === "Image") return [];
  const memory = view.memorySize === undefined ? 128 : knownValue(view.memorySize);
  const runtime = knownValue(view.runtime);
  const least = runtime?.startsWith("java") ? 512 : 256;
  if (memory === undefined || memory < 128 || memory >= least) return [];
  const reason = `is ${memory} MB; libraries that instrument ${runtime ?? "the code"} need tens of megabytes, and much CPU time at each cold start of a small function. Use ${least} MB or more`;
  return [{ propertyPath: "memorySize", reason }];
}

function checkExplicitLayer(instrumentation: InstrumentationView, view: FunctionView): Problem[] {
  const arn = knownValue(instrumentation.layerVersionArn);
  const runtime = knownValue(view.runtime);
  const problems = problem(`${path}.layerVersionArn`, arn && checkLayerArn(arn));
  if (instrumentation.version !== undefined) {
    const reason = "the version is in layerVersionArn already. Remove one of them";
    problems.push({ propertyPath: `${path}.version`, reason });
  }
  if (runtime !== undefined && distributionIn(view, instrumentation) === lightDistribution) {
    problems.push(...problem(path, tooOld(lightDistribution, runtime)));
  }
  const needsScript = runtime !== undefined && languageOf(runtime) === undefined;
  if (needsScript && instrumentation.execWrapper === undefined) {
    const reason = `name the layer's script for ${runtime}, the value of ${execWrapperVariable}`;
    problems.push({ propertyPath: `${path}.execWrapper`, reason });
  }
  return problems;
}

function checkVersion(distribution: string | undefined, given: Known<string> | undefined): Problem[] {
  const propertyPath = `${path}.version`;
  if (given === undefined || distribution === undefined) return [];
  if (distribution === lightDistribution) {
    return [{ propertyPath, reason: "light tracing has the version of the extension's layer. Remove it" }];
  }
  const version = knownValue(given);
  return problem(propertyPath, version && wrongVersion(distribution, version));
}

function wrongVersion(distribution: string, version: string): string | undefined {
  const forms: Record<string, [RegExp, string]> = {
    opentelemetry: [/^\d+\.\d+\.\d+$/, "0.21.0"],
    adot: [/^\d+$/, "13, the number of a layer version"],
    "adot-legacy": [/^\d+-\d+-\d+:\d+$/, "1-30-2:1"],
  };
  const [form, example] = forms[distribution] ?? [/^/, ""];
  return form.test(version) ? undefined : `must be a version of ${distribution} such as ${example}`;
}

function holdsCollector(arn: string): boolean {
  return isLegacyAdot(arn) || /:layer:opentelemetry-collector-/.test(arn);
}
