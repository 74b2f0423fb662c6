import type { FunctionView, InstrumentationView } from "../arguments/view";
import { isKnown, knownValue } from "../known";
import { checkLayerArn } from "../layers/choice";
import {
  chooseInstrumentation,
  distributionOf,
  distributions,
  execWrapperVariable,
  isLegacyAdot,
  languageOf,
} from "../layers/instrumentation";
import { didYouMean } from "../nearestName";
import { type Problem, problem } from "../problem";
import { architectureOf } from "./extension";

const path = "autoInstrumentation";

/** ARN of the layer that instruments the function, where it is known. */
export function instrumentationLayerArn(view: FunctionView): string | undefined {
  const instrumentation = knownValue(view.autoInstrumentation);
  if (instrumentation === undefined) return undefined;
  if (instrumentation.layerVersionArn !== undefined) return knownValue(instrumentation.layerVersionArn);
  const [runtime, region, architecture] = [
    knownValue(view.runtime),
    knownValue(view.region),
    architectureOf(view),
  ];
  if (runtime === undefined || region === undefined || architecture === undefined) return undefined;
  const version = knownValue(instrumentation.version);
  if (version === undefined && instrumentation.version !== undefined) return undefined;
  const distribution = distributionOf(knownValue(instrumentation.distribution));
  const target = {
    distribution,
    runtime,
    region,
    architecture,
    ...(version === undefined ? {} : { version }),
  };
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
  const version = knownValue(instrumentation.version);
  const problems = problem(`${path}.version`, version && wrongVersion(named ?? "opentelemetry", version));
  const [runtime, region] = [knownValue(view.runtime), knownValue(view.region)];
  const architecture = architectureOf(view);
  if (runtime === undefined || architecture === undefined || problems.length > 0) return problems;
  const distribution = named ?? "opentelemetry";
  // Without a region the provider's is meant: only what holds in every region can be said yet.
  const target = { distribution, runtime, architecture, region: region ?? "us-east-1" };
  const choice = chooseInstrumentation({ ...target, ...(version === undefined ? {} : { version }) });
  return "problem" in choice ? [choice.problem] : [];
}

/** What to say of layers that hold a collector, for a warning. */
export function instrumentationWarnings(view: FunctionView): Problem[] {
  const own = (knownValue(view.layers) ?? []).flatMap((arn, index) =>
    isKnown(arn) && holdsCollector(arn) ? [`layers[${index}]`] : [],
  );
  const instrumentation = knownValue(view.autoInstrumentation);
  const arn = knownValue(instrumentation?.layerVersionArn);
  const distribution = distributionOf(knownValue(instrumentation?.distribution), arn);
  const legacy = instrumentation !== undefined && distribution === "adot-legacy" ? [path] : [];
  const reason =
    'the layer contains a collector of its own, which uses the ports 4317 and 4318 that the extension listens on: the function\'s telemetry reaches only one of the two. Use a layer without a collector (`autoInstrumentation: { distribution: "opentelemetry" }`)';
  return [
    ...[...legacy, ...own].map((propertyPath) => ({ propertyPath, reason })),
    ...memoryWarning(view, instrumentation),
  ];
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
  const needsScript = runtime !== undefined && languageOf(runtime) === undefined;
  if (needsScript && instrumentation.execWrapper === undefined) {
    const reason = `name the layer's script for ${runtime}, the value of ${execWrapperVariable}`;
    problems.push({ propertyPath: `${path}.execWrapper`, reason });
  }
  return problems;
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
