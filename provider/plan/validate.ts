import { checkBackend } from "./backend";
import { mergeEnvironment, type PlannedVariable } from "./environment";
import { checkExtension } from "./extension";
import { entriesOf, type FunctionView, knownValue, problem } from "./functionView";
import {
  checkInstrumentation,
  distributionOf,
  instrumentationVariables,
  instrumentationWarnings,
} from "./instrumentation";
import { isKnown, UNKNOWN } from "./known";
import { checkLayers } from "./layers";
import { checkLogging } from "./logging";
import { checkPackage } from "./packaging";
import type { Problem } from "./problem";
import { checkSettingValue, findSetting, unknownSetting } from "./settings";
import { telemetryVariables } from "./telemetryVariables";

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

/** What works but does not do what it says, for a warning. */
export function warnings(view: FunctionView): Problem[] {
  const noEffect = Object.keys(entriesOf(view.settings)).flatMap((name): Problem[] => {
    const setting = findSetting(name)?.setting;
    return setting === undefined || setting.supported
      ? []
      : [{ propertyPath: `settings.${name}`, reason: `has no effect in this version. ${setting.doc}` }];
  });
  return [...noEffect, ...instrumentationWarnings(view)];
}

function checkRoom({ layers, packageType, autoInstrumentation }: FunctionView): Problem[] {
  if (packageType === "Image") return [];
  const added = ["the extension's", ...(autoInstrumentation === undefined ? [] : ["autoInstrumentation's"])];
  return checkLayers(isKnown(layers) ? layers : [], added);
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
  if (view.environment === UNKNOWN) return [];
  const planned = [...plannedTelemetry(view), ...plannedInstrumentation(view)];
  return mergeEnvironment<unknown>(entriesOf(view.environment?.variables), planned).problems;
}

function plannedTelemetry(view: FunctionView): PlannedVariable<unknown>[] {
  const authorization = [view.authorization, view.ingestionKey].find((value) => value !== undefined);
  const origin = view.authorization === undefined ? "ingestionKey" : "authorization";
  const own = isEmpty(view.headers) ? undefined : view.headers;
  const headers = own ?? authorization;
  const attributes = isEmpty(view.resourceAttributes) ? undefined : view.resourceAttributes;
  const clickhouse = knownValue(view.clickhouse);
  const password = clickhouse?.password ?? view.clickhousePassword;
  return telemetryVariables<unknown>(
    {
      ...view,
      customHeaders:
        headers === undefined
          ? undefined
          : { value: headers, origin: own === undefined ? origin : "headers" },
      resourceAttributes:
        attributes === undefined && view.serviceVersion === undefined
          ? undefined
          : {
              value: attributes ?? view.serviceVersion,
              origin: attributes === undefined ? "serviceVersion" : "resourceAttributes",
            },
      clickhouse: clickhouse && { ...clickhouse, password },
      settings: entriesOf(view.settings),
    },
    (text) => text,
  );
}

function plannedInstrumentation({ autoInstrumentation }: FunctionView): PlannedVariable<unknown>[] {
  if (!isKnown(autoInstrumentation)) return [];
  const { distribution, layerVersionArn, execWrapper } = autoInstrumentation;
  const whose = distributionOf(knownValue(distribution), knownValue(layerVersionArn));
  return instrumentationVariables<unknown>(execWrapper, whose, (text) => text);
}

function isEmpty(map: FunctionView["headers"]): boolean {
  return map === undefined || (isKnown(map) && Object.keys(map).length === 0);
}
