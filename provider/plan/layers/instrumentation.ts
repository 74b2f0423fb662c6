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
import {
  isRotelLayer,
  isTracingLayer,
  lightDistribution,
  lightExecWrapper,
  lightLanguages,
} from "./lightTracing";
import { otherExecWrapperVariable, runtimeProxyPath } from "./runtimeProxy";

/** The values of `autoInstrumentation.distribution`. */
export const distributions = ["light", "opentelemetry", "adot", "adot-legacy"] as const;

/** The provider of the layers that instrument a function. */
export type Distribution = (typeof distributions)[number];

/** What the choice of an instrumentation layer depends on. */
export interface InstrumentedFunction {
  distribution: string;
  runtime: string;
  region: string;
  architecture: string;
  version?: string;
}

/** The environment variable with which Lambda starts the runtime through a script of a layer. */
export const execWrapperVariable = "AWS_LAMBDA_EXEC_WRAPPER";

/** The inputs for the choice of a distribution; for unknown values only whether they are given is used. */
export interface NamedInstrumentation {
  distribution?: unknown;
  version?: unknown;
  layerVersionArn?: unknown;
}

/** The arguments that decide on the instrumentation, as passed to an interpreter. */
export interface InstrumentationArguments {
  autoInstrumentation?: (NamedInstrumentation & { execWrapper?: unknown }) | undefined;
  /** Where the extension's layer comes from, as far as {@link isRotel} reads it. */
  extension?: unknown;
  /** May turn on the runtime API proxy. */
  settings?: unknown;
  runtime?: unknown;
  packageType?: unknown;
}

/**
 * The oldest runtimes that instrumentation supports: light tracing, and the versions of OpenTelemetry's libraries in
 * the layers (`engines` of @opentelemetry/sdk-node 0.2xx, `requires-python` of opentelemetry-sdk 1.3x).
 */
const oldestRuntimes: Readonly<Record<string, { version: number; runtime: string }>> = {
  nodejs: { version: 18, runtime: "nodejs18.x" },
  "python3.": { version: 9, runtime: "python3.9" },
};

const path = "autoInstrumentation";
const byArn = `specify the layer as ${path}.layerVersionArn`;

/**
 * ARN of the instrumentation layer for a function, or why there is none. Undefined for light tracing, which is in the
 * extension's layer.
 */
export function chooseInstrumentation(
  target: InstrumentedFunction,
): { layerVersionArn: string | undefined } | { problem: Problem } {
  const { distribution, runtime, region, architecture } = target;
  const language = languageOf(runtime);
  const reason =
    language === undefined
      ? noLanguage(runtime)
      : (noLayer(distribution, language, runtime) ?? tooOld(distribution, runtime));
  if (language === undefined || reason !== undefined)
    return { problem: { propertyPath: path, reason: reason ?? "" } };
  if (distribution === lightDistribution) return { layerVersionArn: undefined };
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

/** The layer's script with which Lambda starts the runtime. */
export function execWrapper(distribution: string, runtime: string): string {
  if (distribution === lightDistribution) return lightExecWrapper;
  const language = languageOf(runtime);
  if (distribution === "adot" || language === undefined) return adotExecWrapper;
  const layers = distribution === "adot-legacy" ? legacyAdotLayers : openTelemetryLayers;
  return layers[language]?.execWrapper ?? adotExecWrapper;
}

/**
 * The distribution: as given, otherwise according to the layer's ARN. Without either it is light tracing if it supports
 * the runtime and the extension is not Rotel's, otherwise the OpenTelemetry project's, the only one whose versions can
 * be named.
 * @param runtime undefined if it is not known.
 * @returns undefined if it depends on a runtime that is not known.
 */
export function distributionOf(
  { distribution, version, layerVersionArn }: NamedInstrumentation,
  runtime: string | undefined,
  extension?: unknown,
): string | undefined {
  if (typeof distribution === "string") return distribution;
  if (layerVersionArn !== undefined) return distributionOfLayer(stringOf(layerVersionArn) ?? "");
  if (version !== undefined || isRotel(extension)) return "opentelemetry";
  if (runtime === undefined) return undefined;
  const language = languageOf(runtime);
  return language !== undefined && language in lightLanguages ? lightDistribution : "opentelemetry";
}

/** Whether the extension is Rotel's, as far as its layer is known. */
export function isRotel(extension: unknown): boolean {
  const { rotel, layerVersionArn } = (extension ?? {}) as { rotel?: unknown; layerVersionArn?: unknown };
  return rotel !== undefined || isRotelLayer(stringOf(layerVersionArn) ?? "");
}

function distributionOfLayer(arn: string): string {
  if (isTracingLayer(arn)) return lightDistribution;
  if (arn.includes(":layer:AWSOpenTelemetryDistro")) return "adot";
  return isLegacyAdot(arn) ? "adot-legacy" : "opentelemetry";
}

/** Why a distribution does not work in a runtime, or undefined if it does. */
export function tooOld(distribution: string, runtime: string): string | undefined {
  const [, name = "", version = ""] = /^(nodejs|python3\.)(\d+)/.exec(runtime) ?? [];
  const oldest = oldestRuntimes[name];
  if (oldest === undefined || Number(version) >= oldest.version) return undefined;
  return `${distribution} needs ${oldest.runtime} or later, the function has ${runtime}. Use a later runtime, or remove this`;
}

/**
 * The variables that an instrumentation layer needs, and the runtime API proxy, which also needs an exec wrapper. AWS's
 * newer layers send spans to X-Ray over UDP unless a traces endpoint is set, whatever the general endpoint is, and
 * metrics to CloudWatch while Application Signals is on.
 */
export function planInstrumentation<T>(
  { autoInstrumentation, extension, settings, runtime, packageType }: InstrumentationArguments,
  { string, combine }: Interpreter<T>,
): PlannedVariable<T>[] {
  if (packageType === "Image") return [];
  const proxy = isRotel(extension) ? undefined : runtimeProxyPath(settings);
  const ownScript = string(lightExecWrapper);
  if (autoInstrumentation === undefined) {
    return proxy === undefined
      ? []
      : [{ name: execWrapperVariable, value: ownScript, origin: proxy, isDefault: true }];
  }
  const { execWrapper: script } = autoInstrumentation;
  const scriptFor = (of: string, source: unknown) =>
    execWrapper(distributionOf(autoInstrumentation, of, source) ?? "", of);
  const value =
    script === undefined
      ? combine([runtime, extension], ([of, source]) => scriptFor(String(of ?? ""), source))
      : (script as T);
  const variables: PlannedVariable<T>[] =
    proxy === undefined || distributionOf(autoInstrumentation, "") === lightDistribution
      ? [{ name: execWrapperVariable, value, origin: path }]
      : [
          { name: execWrapperVariable, value: ownScript, origin: proxy },
          { name: otherExecWrapperVariable, value, origin: path },
        ];
  // Whether it is AWS's distribution depends on neither the runtime nor the extension.
  if (distributionOf(autoInstrumentation, "") !== "adot") return variables;
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

/** The language of a runtime with instrumentation layers. */
export function languageOf(runtime: string): Language | undefined {
  const language = /^(nodejs|python|java|ruby|dotnet)/.exec(runtime)?.[1];
  return language as Language | undefined;
}

function noLanguage(runtime: string): string {
  return `no layers instrument ${runtime}; use the OpenTelemetry library in the function's code and remove this`;
}

function noLayer(distribution: string, language: Language, runtime: string): string | undefined {
  const layers: Readonly<Record<string, object>> = {
    light: lightLanguages,
    opentelemetry: openTelemetryLayers,
    adot: adotLayerNames,
    "adot-legacy": legacyAdotLayers,
  };
  if (language in (layers[distribution] ?? {})) return undefined;
  const others = distributions.filter((other) => language in (layers[other] ?? {}));
  return `${distribution} has no layer for ${runtime}. Use ${others.join(" or ")}`;
}

/** Whether it is one of AWS's older layers, which contain a collector. */
export function isLegacyAdot(arn: string): boolean {
  return /:layer:aws-otel-/.test(arn);
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
