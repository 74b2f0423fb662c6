import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import type { ClickHouseArgs } from "../args/telemetry";
import { distributionOf, execWrapper, instrumentationVariables } from "../plan/arguments/instrumentation";
import { keyValueList, mergeEnvironment } from "../plan/telemetry/mergedEnvironment";
import { referenceText } from "../plan/telemetry/references";
import {
  authorizationHeader,
  type CombinedValue,
  serviceVersionAttribute,
  telemetryVariables,
} from "../plan/telemetry/variables";
import { combined } from "../pulumi/combined";

type Text = pulumi.Input<string>;
type TextMap = Record<string, Text>;

/** The environment variables of an observed function. */
export interface FunctionVariables {
  /**
   * The function's environment; undefined where there are no variables. As long as the user's own are not one output as
   * a whole, each variable is a value for itself, so that a secret among them leaves the others readable.
   */
  environment: { variables: pulumi.Input<TextMap> } | undefined;
  /** Their names, sorted. */
  names: pulumi.Output<string[]>;
}

/** Puts the variables for the extension beside the user's own. */
export function functionVariables(args: ObservedFunctionArgs): FunctionVariables {
  const own = variablesOf(args.environment);
  const settings = args.settings ?? {};
  if (isPlain(own) && isPlain(settings)) {
    const variables = merge(own, settings, args);
    const names = Object.keys(variables).sort();
    return { environment: names.length === 0 ? undefined : { variables }, names: pulumi.output(names) };
  }
  // All that the variables are made of is awaited here: what they depend on must not depend on what is known already.
  const variables = combined(
    [own, settings, telemetryOf(args)],
    ([ownValues = {}, settingValues = {}, values]) =>
      merge(ownValues, settingValues, values as ObservedFunctionArgs),
  ) as pulumi.Output<Record<string, string>>;
  return { environment: { variables }, names: variables.apply((values) => Object.keys(values).sort()) };
}

/** The user's own variables: plain where they were given plain. */
export function variablesOf(environment: ObservedFunctionArgs["environment"]): pulumi.Input<TextMap> {
  if (environment === undefined) return {};
  if (!isPlain(environment)) return pulumi.output(environment).apply((values) => values?.variables ?? {});
  const variables = environment.variables;
  if (variables === undefined) return {};
  return isPlain(variables) ? variables : pulumi.output(variables).apply((values) => values ?? {});
}

/** Whether the value is there already, neither an output nor a promise. Its parts may still be either. */
export function isPlain<T>(value: pulumi.Input<T>): value is T & NonNullable<unknown> {
  return value !== undefined && !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}

function merge(own: TextMap, settings: TextMap, args: ObservedFunctionArgs): TextMap {
  const planned = telemetryVariables<Text>(
    {
      ...pick(args),
      customHeaders: customHeaders(args),
      resourceAttributes: resourceAttributes(args),
      settings,
    },
    (text) => text,
  );
  return mergeEnvironment<Text>(own, [...planned, ...instrumentation(args)]).variables;
}

/** The arguments that become variables, besides the user's own variables and the settings. */
function telemetryOf(args: ObservedFunctionArgs) {
  const { endpoint, protocol, headers, authorization, serviceName, serviceVersion, resourceAttributes } =
    args;
  const { envFile, clickhouse, autoInstrumentation, runtime, packageType } = args;
  const { managedClickStack, webIdentityAudience } = args;
  const telemetry = {
    endpoint,
    protocol,
    headers,
    authorization,
    serviceName,
    serviceVersion,
    resourceAttributes,
    managedClickStack,
    webIdentityAudience,
  };
  return { ...telemetry, envFile, clickhouse, autoInstrumentation, runtime, packageType };
}

function pick(args: ObservedFunctionArgs) {
  const { endpoint, protocol, serviceName, envFile, webIdentityAudience, clickhouse } = args;
  return {
    ...{ endpoint, protocol, serviceName, envFile, webIdentityAudience },
    managedClickStack: flagText(args.managedClickStack),
    clickhouse: clickhouse && clickHouseTexts(clickhouse),
  };
}

function flagText(value: pulumi.Input<boolean> | undefined): Text | undefined {
  return value === undefined ? undefined : combined([value], ([given]) => String(given));
}

function clickHouseTexts({ password, asyncInsert, enableJson, ...others }: ClickHouseArgs) {
  return {
    ...others,
    password: password === undefined ? undefined : combined([password], ([arn]) => referenceText(arn)),
    asyncInsert: flagText(asyncInsert),
    enableJson: flagText(enableJson),
  };
}

function customHeaders(args: ObservedFunctionArgs): CombinedValue<Text> | undefined {
  const { authorization } = args;
  const headers = isEmpty(args.headers) ? undefined : args.headers;
  if (headers === undefined && authorization === undefined) return undefined;
  const value = combined([headers ?? {}, authorization], ([others = {}, arn]) =>
    keyValueList(arn === undefined ? others : { [authorizationHeader]: referenceText(arn), ...others }),
  );
  return { value, origin: headers === undefined ? "authorization" : "headers" };
}

function resourceAttributes(args: ObservedFunctionArgs): CombinedValue<Text> | undefined {
  const { serviceVersion } = args;
  const attributes = isEmpty(args.resourceAttributes) ? undefined : args.resourceAttributes;
  if (attributes === undefined && serviceVersion === undefined) return undefined;
  const value = combined([attributes ?? {}, serviceVersion], ([others = {}, version]) =>
    keyValueList(version === undefined ? others : { ...others, [serviceVersionAttribute]: version }),
  );
  return { value, origin: attributes === undefined ? "serviceVersion" : "resourceAttributes" };
}

function instrumentation({ autoInstrumentation, runtime, packageType }: ObservedFunctionArgs) {
  if (autoInstrumentation === undefined || packageType === "Image") return [];
  const { distribution: named, layerVersionArn, execWrapper: script } = autoInstrumentation;
  const distribution = distributionOf(
    named,
    typeof layerVersionArn === "string" ? layerVersionArn : undefined,
  );
  const wrapper = script ?? combined([runtime], ([of]) => execWrapper(distribution, String(of ?? "")));
  return instrumentationVariables<Text>(wrapper, distribution, (text) => text);
}

function isEmpty(map: pulumi.Input<TextMap> | undefined): boolean {
  return map === undefined || (isPlain(map) && Object.keys(map).length === 0);
}
