import { isKnown, type Known, UNKNOWN } from "../known";
import { checkLayers, checkTogether, type NamedLayer } from "../layers/choice";
import type { Problem } from "../problem";
import {
  keyValueList,
  mergeEnvironment,
  ownVariables,
  type PlannedVariable,
} from "../telemetry/mergedEnvironment";
import { referenceText } from "../telemetry/references";
import { checkSettingValue, findSetting, unknownSetting } from "../telemetry/settings";
import {
  authorizationHeader,
  type ClickHouseValues,
  serviceVersionAttribute,
  telemetryVariables,
} from "../telemetry/variables";
import { checkBackend } from "./backend";
import { checkExtension, extensionLayerArn } from "./extension";
import { type ClickHouseView, entriesOf, type FunctionView, knownValue, problem } from "./functionView";
import {
  checkInstrumentation,
  distributionOf,
  instrumentationLayerArn,
  instrumentationVariables,
  instrumentationWarnings,
} from "./instrumentation";
import { checkEnvironmentSize, checkVariableNames, sizeWarnings } from "./lambdaLimits";
import { checkLogging } from "./logging";
import { checkPackage } from "./packaging";

/** Everything that is wrong with those arguments of an observed function that are given, all at once. */
export function checkFunction(view: FunctionView): Problem[] {
  return [
    ...checkPackage(view),
    ...checkRoom(view),
    ...checkExtension(view),
    ...checkInstrumentation(view),
    ...checkBackend(view),
    ...checkSettings(view),
    ...checkEnvironment(view),
    ...checkLogging(view),
  ];
}

/** What is accepted but has no effect, for a warning. */
export function warnings(view: FunctionView): Problem[] {
  const noEffect = Object.keys(entriesOf(view.settings)).flatMap((name): Problem[] => {
    const setting = findSetting(name)?.setting;
    return setting === undefined || setting.supported
      ? []
      : [{ propertyPath: `settings.${name}`, reason: `has no effect in this version. ${setting.doc}` }];
  });
  return [...noEffect, ...instrumentationWarnings(view), ...sizeWarnings(view)];
}

function checkRoom(view: FunctionView): Problem[] {
  if (view.packageType === "Image") return [];
  const own = knownValue(view.layers) ?? [];
  const added = [
    "the extension's",
    ...(view.autoInstrumentation === undefined ? [] : ["autoInstrumentation's"]),
  ];
  return [...checkLayers(own, added), ...checkTogether(allLayers(view), knownValue(view.region))];
}

/** All layers of the function that are known, the user's own first. */
function allLayers(view: FunctionView): NamedLayer[] {
  const named = (propertyPath: string, arn: Known<string> | undefined, added?: string): NamedLayer[] =>
    isKnown(arn) ? [{ arn, propertyPath, ...(added && { added }) }] : [];
  const source =
    knownValue(view.extension)?.layerVersionArn === undefined ? "extension" : "extension.layerVersionArn";
  return [
    ...(knownValue(view.layers) ?? []).flatMap((arn, index) => named(`layers[${index}]`, arn)),
    ...named(
      "autoInstrumentation.layerVersionArn",
      instrumentationLayerArn(view),
      "autoInstrumentation's layer",
    ),
    ...named(source, extensionLayerArn(view), "the extension's layer"),
  ];
}

function checkSettings(view: FunctionView): Problem[] {
  return Object.entries(entriesOf(view.settings)).flatMap(([name, value]): Problem[] => {
    const propertyPath = `settings.${name}`;
    const found = findSetting(name);
    if (found === undefined) return [{ propertyPath, reason: unknownSetting(name) }];
    return isKnown(value) ? problem(propertyPath, checkSettingValue(found.setting, value)) : [];
  });
}

function checkEnvironment(view: FunctionView): Problem[] {
  const own = view.environment === UNKNOWN ? {} : entriesOf(view.environment?.variables);
  const planned = [...plannedTelemetry(view), ...plannedInstrumentation(view)];
  const { variables, problems } = mergeEnvironment<Known<string> | undefined>(own, planned);
  const known = Object.entries(variables).map(([name, value]) => [name, knownValue(value) ?? ""]);
  const path = Object.keys(own).length === 0 ? "environment" : ownVariables;
  return [
    ...(view.environment === UNKNOWN ? [] : problems),
    ...checkVariableNames(view),
    ...problem(path, checkEnvironmentSize(Object.fromEntries(known), own)),
  ];
}

/** The variables of the telemetry, their values as far as they are known. */
function plannedTelemetry(view: FunctionView): PlannedVariable<Known<string> | undefined>[] {
  const authorization = [view.authorization, view.ingestionKey].find((value) => value !== undefined);
  const origin = view.authorization === undefined ? "ingestionKey" : "authorization";
  const own = isEmpty(view.headers) ? undefined : view.headers;
  const headers = own ?? authorization;
  const attributes = isEmpty(view.resourceAttributes) ? undefined : view.resourceAttributes;
  const clickhouse = knownValue(view.clickhouse);
  // The ARN of a password that is yet to be stored is not known.
  const password: Known<string> | undefined =
    clickhouse?.password ?? (view.clickhousePassword === undefined ? undefined : UNKNOWN);
  const key = view.authorization === undefined ? "" : referenceText(knownValue(view.authorization) ?? "");
  const version: Record<string, Known<string> | undefined> = {
    [serviceVersionAttribute]: view.serviceVersion,
  };
  return telemetryVariables<Known<string> | undefined>(
    {
      ...view,
      managedClickStack: flagText(view.managedClickStack),
      customHeaders:
        headers === undefined
          ? undefined
          : {
              value: knownPairs({ ...(authorization && { [authorizationHeader]: key }), ...entriesOf(own) }),
              origin: own === undefined ? origin : "headers",
            },
      resourceAttributes:
        attributes === undefined && view.serviceVersion === undefined
          ? undefined
          : {
              value: knownPairs({ ...entriesOf(attributes), ...(view.serviceVersion && version) }),
              origin: attributes === undefined ? "serviceVersion" : "resourceAttributes",
            },
      clickhouse: clickhouse && clickHouseTexts({ ...clickhouse, password }),
      settings: entriesOf(view.settings),
    },
    (text) => text,
  );
}

/** The list of pairs, as short as it can be while some values are not known. */
function knownPairs(pairs: Readonly<Record<string, Known<string> | undefined>>): string {
  return keyValueList(
    Object.fromEntries(Object.entries(pairs).map(([name, value]) => [name, knownValue(value) ?? ""])),
  );
}

function clickHouseTexts({
  asyncInsert,
  enableJson,
  ...others
}: ClickHouseView): ClickHouseValues<Known<string> | undefined> {
  return { ...others, asyncInsert: flagText(asyncInsert), enableJson: flagText(enableJson) };
}

function flagText(flag: Known<boolean> | undefined): Known<string> | undefined {
  return isKnown(flag) ? String(flag) : flag;
}

function plannedInstrumentation({
  autoInstrumentation,
}: FunctionView): PlannedVariable<Known<string> | undefined>[] {
  if (!isKnown(autoInstrumentation)) return [];
  const { distribution, layerVersionArn, execWrapper } = autoInstrumentation;
  const whose = distributionOf(knownValue(distribution), knownValue(layerVersionArn));
  return instrumentationVariables<Known<string> | undefined>(execWrapper, whose, (text) => text);
}

function isEmpty(map: FunctionView["headers"]): boolean {
  return map === undefined || (isKnown(map) && Object.keys(map).length === 0);
}
