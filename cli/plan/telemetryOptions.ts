import { telemetryArguments } from "../../provider/plan/arguments/table";
import { type FunctionView, fitArguments } from "../../provider/plan/arguments/view";
import { checkFunction } from "../../provider/plan/checks/validate";
import { describeProblems } from "../../provider/plan/problem";
import type { Telemetry } from "./change";
import { plainKeys } from "./plainKeys";
import { UsageError } from "./usageError";

/** The options of the command line for how functions are observed, by commander's names. */
export interface TelemetryOptions {
  endpoint?: string;
  protocol?: string;
  managed?: boolean;
  webIdentityAudience?: string;
  secret?: string;
  header?: string[];
  clickhouse?: string;
  clickhouseUser?: string;
  clickhousePassword?: string;
  clickhouseDatabase?: string;
  serviceVersion?: string;
  attribute?: string[];
  flushMode?: string;
  setting?: string[];
  secretArn?: string[];
  kmsKey?: string[];
  trace?: string | boolean;
  layerArn?: string;
  rotel?: string;
}

/** A file of published layers, read. */
export interface LayersFile {
  manifest: unknown;
}

/**
 * The arguments of `ObservedFunction` for the options.
 * @param layers the published layers; used if no option names a layer.
 * @throws UsageError with all problems of the options that do not depend on the function.
 */
export function telemetryOf(options: TelemetryOptions, layers?: LayersFile): Telemetry {
  const headers = pairsOf(options.header, "--header");
  const settings = pairsOf(options.setting, "--setting");
  const { endpoint, clickhouse } = options;
  const keys = plainKeys({
    ...(headers && { headers }),
    ...(settings && { settings }),
    urls: { "--endpoint": endpoint, "--clickhouse": clickhouse },
  });
  if (keys.length > 0) throw new UsageError(keys.join("\n"));
  const { view, problems } = fitArguments(
    withoutAbsent({
      extension: extensionOf(options, layers),
      endpoint: options.endpoint,
      protocol: options.protocol,
      managedClickStack: options.managed,
      webIdentityAudience: options.webIdentityAudience,
      authorization: options.secret,
      headers,
      serviceVersion: options.serviceVersion,
      resourceAttributes: pairsOf(options.attribute, "--attribute"),
      flushMode: options.flushMode,
      clickhouse: clickHouseOf(options),
      settings,
      secretArns: options.secretArn,
      secretKmsKeyArns: options.kmsKey,
      autoInstrumentation: instrumentationOf(options),
    }),
  );
  const found = [...problems, ...checkFunction(view)].filter(({ propertyPath }) => isOption(propertyPath));
  if (found.length > 0) throw new UsageError(`the options are not valid:\n${describeProblems(found)}`);
  return view as Telemetry;
}

/** Pairs as `name=value`. @throws UsageError for a text without a name. */
export function pairsOf(
  texts: readonly string[] | undefined,
  option: string,
): Record<string, string> | undefined {
  if (texts === undefined) return undefined;
  const pairs = texts.map((text): [string, string] => {
    const at = text.indexOf("=");
    // The text is not repeated, since it may be a key.
    if (at < 1) throw new UsageError(`${option}: write name=value`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

function extensionOf(
  { layerArn, rotel }: TelemetryOptions,
  layers: LayersFile | undefined,
): FunctionView["extension"] {
  if (layerArn === undefined && rotel === undefined) return layers && { manifest: layers.manifest };
  return withoutAbsent({
    layerVersionArn: layerArn,
    rotel: rotel === undefined ? undefined : { version: Number(rotel) },
  });
}

function clickHouseOf(options: TelemetryOptions): FunctionView["clickhouse"] {
  const {
    clickhouse: endpoint,
    clickhouseUser: user,
    clickhousePassword: password,
    clickhouseDatabase: database,
  } = options;
  const given = withoutAbsent({ endpoint, user, password, database });
  return Object.keys(given).length === 0 ? undefined : given;
}

function instrumentationOf({ trace }: TelemetryOptions): FunctionView["autoInstrumentation"] {
  if (trace === undefined || trace === false) return undefined;
  return trace === true ? {} : { distribution: trace };
}

function isOption(propertyPath: string): boolean {
  const [argument = ""] = propertyPath.split(/[.[]/);
  return Object.hasOwn(telemetryArguments, argument);
}

/** Removes undefined values, so that they are treated as not given. */
export function withoutAbsent<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
