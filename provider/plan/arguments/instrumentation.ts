import { isKnown } from "../known";
import { checkLayerArn } from "../layers/choice";
import {
  adotExecWrapper,
  adotLayerNames,
  adotRegions,
  type Language,
  legacyAdotLayers,
  legacyAdotRegions,
  openTelemetryLayers,
  openTelemetryRegions,
} from "../layers/instrumentationLayers";
import { didYouMean } from "../nearestName";
import type { Problem } from "../problem";
import type { PlannedVariable } from "../telemetry/mergedEnvironment";
import { architectureOf } from "./extension";
import { type FunctionView, type InstrumentationView, knownValue, problem } from "./functionView";

/** Whose layers instrument a function, as `autoInstrumentation.distribution` takes them. */
export const distributions = ["opentelemetry", "adot", "adot-legacy"] as const;

/** Whose layers instrument a function. */
export type Distribution = (typeof distributions)[number];

/** What the choice of an instrumentation layer depends on. */
export interface InstrumentedFunction {
  distribution: string;
  runtime: string;
  region: string;
  architecture: string;
  version?: string;
}

/** The environment variable by which Lambda starts the runtime through a script of a layer. */
export const execWrapperVariable = "AWS_LAMBDA_EXEC_WRAPPER";

const path = "autoInstrumentation";
const byArn = `specify the layer as ${path}.layerVersionArn`;

/** ARN of the instrumentation layer for a function, or why there is none. */
export function chooseInstrumentation(
  target: InstrumentedFunction,
): { layerVersionArn: string } | { problem: Problem } {
  const { distribution, runtime, region, architecture } = target;
  const language = languageOf(runtime);
  const reason = language === undefined ? noLanguage(runtime) : noLayer(distribution, language, runtime);
  if (language === undefined || reason !== undefined)
    return { problem: { propertyPath: path, reason: reason ?? "" } };
  if (distribution === "adot") return chooseAdot(language, target);
  const isLegacy = distribution === "adot-legacy";
  if (!(isLegacy ? legacyAdotRegions : openTelemetryRegions).includes(region)) {
    const missing = `no ${distribution} layers are known in ${region}; ${byArn}`;
    return { problem: { propertyPath: path, reason: missing } };
  }
  const layer = (isLegacy ? legacyAdotLayers : openTelemetryLayers)[language];
  const version = target.version ?? layer?.version ?? "";
  const arn = layer?.arn(version, region, architecture === "arm64" ? "arm64" : "amd64") ?? "";
  return { layerVersionArn: arn };
}

/** Script of the layer that Lambda starts the runtime with. */
export function execWrapper(distribution: string, runtime: string): string {
  const language = languageOf(runtime);
  if (distribution === "adot" || language === undefined) return adotExecWrapper;
  const layers = distribution === "adot-legacy" ? legacyAdotLayers : openTelemetryLayers;
  return layers[language]?.execWrapper ?? adotExecWrapper;
}

/**
 * Whose layer it is: as named, else as the ARN reads, else the OpenTelemetry project's.
 * @param layerVersionArn ARN of a layer version of the user's choice.
 */
export function distributionOf(named: string | undefined, layerVersionArn?: string): string {
  if (named !== undefined) return named;
  if (layerVersionArn === undefined) return "opentelemetry";
  if (layerVersionArn.includes(":layer:AWSOpenTelemetryDistro")) return "adot";
  return isLegacyAdot(layerVersionArn) ? "adot-legacy" : "opentelemetry";
}

/**
 * The variables that an instrumentation layer needs. AWS's newer layers send spans to X-Ray by UDP as long as no traces
 * endpoint is set, whatever the general endpoint is, and metrics to CloudWatch as long as Application Signals is on.
 */
export function instrumentationVariables<T>(
  wrapper: T,
  distribution: string,
  text: (value: string) => T,
): PlannedVariable<T>[] {
  const variables: PlannedVariable<T>[] = [{ name: execWrapperVariable, value: wrapper, origin: path }];
  if (distribution !== "adot") return variables;
  const setDefault = (name: string, value: string) =>
    variables.push({ name, value: text(value), origin: path, isDefault: true });
  setDefault("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:4318/v1/traces");
  setDefault("OTEL_AWS_APPLICATION_SIGNALS_ENABLED", "false");
  return variables;
}

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

function chooseAdot(language: Language, { region, version }: InstrumentedFunction) {
  const there = adotRegions[region];
  const known = version ?? there?.versions[language];
  if (there === undefined || known === undefined) {
    const reason = `no adot layers are known in ${region}; ${byArn}`;
    return { problem: { propertyPath: path, reason } };
  }
  const partition = region.startsWith("cn-") ? "aws-cn" : "aws";
  const name = adotLayerNames[language];
  return { layerVersionArn: `arn:${partition}:lambda:${region}:${there.account}:layer:${name}:${known}` };
}

function languageOf(runtime: string): Language | undefined {
  const language = /^(nodejs|python|java|ruby|dotnet)/.exec(runtime)?.[1];
  return language as Language | undefined;
}

function noLanguage(runtime: string): string {
  return `no layers instrument ${runtime}; use the OpenTelemetry library in the function's code and remove this`;
}

function noLayer(distribution: string, language: Language, runtime: string): string | undefined {
  const layers: Readonly<Record<string, object>> = {
    opentelemetry: openTelemetryLayers,
    adot: adotLayerNames,
    "adot-legacy": legacyAdotLayers,
  };
  if (language in (layers[distribution] ?? {})) return undefined;
  const others = distributions.filter((other) => language in (layers[other] ?? {}));
  return `${distribution} has no layer for ${runtime}. Use ${others.join(" or ")}`;
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

function isLegacyAdot(arn: string): boolean {
  return /:layer:aws-otel-/.test(arn);
}

function holdsCollector(arn: string): boolean {
  return isLegacyAdot(arn) || /:layer:opentelemetry-collector-/.test(arn);
}
