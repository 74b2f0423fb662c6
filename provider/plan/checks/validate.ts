import { telemetryPaths, valueAt } from "../arguments/table";
import type { FunctionView } from "../arguments/view";
import { entriesOf, isKnown, type Known, knownValue, UNKNOWN } from "../known";
import { checkLayers, checkTogether, type NamedLayer } from "../layers/choice";
import { planInstrumentation } from "../layers/instrumentation";
import { type Problem, problem } from "../problem";
import { mergeEnvironment, ownVariables } from "../telemetry/mergedEnvironment";
import { knownValues, planTelemetry, withUnknownKeys } from "../telemetry/plan";
import { checkSettingValue, findSetting, unknownSetting } from "../telemetry/settings";
import { checkBackend } from "./backend";
import { checkExtension, extensionLayerArn } from "./extension";
import {
  addsLayer,
  checkInstrumentation,
  instrumentationLayerArn,
  instrumentationWarnings,
} from "./instrumentation";
import { checkEnvironmentSize, checkVariableNames, sizeWarnings } from "./lambdaLimits";
import { checkLogging } from "./logging";
import { checkPackage } from "./packaging";

/** All problems of the given arguments of an observed function. */
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

/** Values that are accepted but have no effect, for a warning. */
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
  const added = ["the extension's", ...(addsLayer(view) ? ["autoInstrumentation's"] : [])];
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
  const asArguments = telemetryPaths.flatMap(({ path, argument: { kind, setting: name = "" } }) => {
    const setting = kind === "string" ? findSetting(name)?.setting : undefined;
    const value = valueAt(view, path) as Known<string> | undefined;
    // URLs have separate checks, which take the protocol into account.
    if (setting === undefined || setting.type === "url" || !isKnown(value)) return [];
    return problem(path, checkSettingValue(setting, value));
  });
  const asSettings = Object.entries(entriesOf(view.settings)).flatMap(([name, value]): Problem[] => {
    const propertyPath = `settings.${name}`;
    const found = findSetting(name);
    if (found === undefined) return [{ propertyPath, reason: unknownSetting(name) }];
    return isKnown(value) ? problem(propertyPath, checkSettingValue(found.setting, value)) : [];
  });
  return [...asArguments, ...asSettings];
}

function checkEnvironment(view: FunctionView): Problem[] {
  const own = view.environment === UNKNOWN ? {} : entriesOf(view.environment?.variables);
  const { runtime, packageType, extension, settings } = view;
  const autoInstrumentation = knownValue(view.autoInstrumentation);
  const planned = [
    ...planTelemetry(withUnknownKeys(view), knownValues),
    ...planInstrumentation({ autoInstrumentation, extension, settings, runtime, packageType }, knownValues),
  ];
  const { variables, problems } = mergeEnvironment<Known<string>>(own, planned);
  const known = Object.entries(variables).map(([name, value]) => [name, knownValue(value) ?? ""]);
  const path = Object.keys(own).length === 0 ? "environment" : ownVariables;
  return [
    ...(view.environment === UNKNOWN ? [] : problems),
    ...checkVariableNames(view),
    ...problem(path, checkEnvironmentSize(Object.fromEntries(known), own)),
  ];
}
