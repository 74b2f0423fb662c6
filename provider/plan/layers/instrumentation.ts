import type { Problem } from "../problem";
import type { PlannedVariable } from "../telemetry/mergedEnvironment";
import type { Interpreter } from "../telemetry/plan";
import {
  adotExecWrapper,
  adotLayerNames,
  adotRegions,
  type Language,
  legacyAdotLayers,
  legacyAdotRegions,
  openTelemetryLayers,
  openTelemetryRegions,
} from "./instrumentationLayers";

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

/** The arguments that decide on the instrumentation, as an interpreter takes their values. */
export interface InstrumentationArguments {
  autoInstrumentation?:
    | { distribution?: unknown; layerVersionArn?: unknown; execWrapper?: unknown }
    | undefined;
  runtime?: unknown;
  packageType?: unknown;
}

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
export function planInstrumentation<T>(
  { autoInstrumentation, runtime, packageType }: InstrumentationArguments,
  { string, combine }: Interpreter<T>,
): PlannedVariable<T>[] {
  if (autoInstrumentation === undefined || packageType === "Image") return [];
  const { distribution: named, layerVersionArn, execWrapper: script } = autoInstrumentation;
  const distribution = distributionOf(stringOf(named), stringOf(layerVersionArn));
  const value =
    script === undefined
      ? combine([runtime], ([of]) => execWrapper(distribution, String(of ?? "")))
      : (script as T);
  const variables: PlannedVariable<T>[] = [{ name: execWrapperVariable, value, origin: path }];
  if (distribution !== "adot") return variables;
  const setDefault = (name: string, value: string) =>
    variables.push({ name, value: string(value), origin: path, isDefault: true });
  setDefault("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:4318/v1/traces");
  setDefault("OTEL_AWS_APPLICATION_SIGNALS_ENABLED", "false");
  return variables;
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

/** The language of a runtime that there are instrumentation layers for. */
export function languageOf(runtime: string): Language | undefined {
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

/** Whether it is one of AWS's older layers, which hold a collector. */
export function isLegacyAdot(arn: string): boolean {
  return /:layer:aws-otel-/.test(arn);
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
