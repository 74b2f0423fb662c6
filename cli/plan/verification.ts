import { execWrapperVariable, isLegacyAdot } from "../../provider/plan/layers/instrumentation";
import { isRotelLayer, isTracingLayer, lightExecWrapper } from "../../provider/plan/layers/lightTracing";
import { logsDestinations } from "../../provider/plan/telemetry/logsDestination";
import type { SecretReference } from "../../provider/plan/telemetry/references";
import { checkSettingValue, findSetting, variableOf } from "../../provider/plan/telemetry/settings";
import type { EnvFileView } from "./envFile";
import type { FunctionState } from "./functionState";
import { extensionLayerOf } from "./status";

/** What is checked, in order from the layer to ClickHouse. Each has its own exit code. */
export const checkNames = [
  ...(["function", "layer", "wrapper", "settings", "secrets", "permissions", "network", "delivery"] as const),
  ...(["invocation", "rows", "attributes", "trace", "cloudWatch"] as const),
] as const;

export type CheckName = (typeof checkNames)[number];

/** The result of a check. */
export interface Check {
  name: CheckName;
  /** `skipped`: it could not be performed here, which is not a fault of the function. */
  result: "ok" | "fault" | "skipped";
  /** What was found. */
  text: string;
  /** How to fix it; only for a fault. */
  fix?: string;
}

export function passed(name: CheckName, text: string): Check {
  return { name, result: "ok", text };
}

export function skipped(name: CheckName, text: string): Check {
  return { name, result: "skipped", text };
}

export function fault(name: CheckName, text: string, fix: string): Check {
  return { name, result: "fault", text, fix };
}

/** A layer version as Lambda describes it, or why it does not. */
export type LayerView = { architectures: readonly string[] } | { error: string };

/** Whether the extension's layer exists, can be read, and has the function's architecture. */
export function checkLayer(of: FunctionState, layer: LayerView | undefined): Check {
  const arn = extensionLayerOf(of);
  if (arn === undefined || layer === undefined) {
    return fault("layer", "the function does not have the extension's layer", "Run `instrument`.");
  }
  if ("error" in layer) {
    const fix = "Publish the layer again, or allow this account to use it, and run `instrument` again.";
    return fault("layer", `${arn} cannot be read: ${layer.error}`, fix);
  }
  const missing = of.architectures.filter(
    (one) => layer.architectures.length > 0 && !layer.architectures.includes(one),
  );
  if (missing.length > 0) {
    return fault(
      "layer",
      `${arn} is for ${layer.architectures.join(", ")}, and the function runs on ${missing.join(", ")}`,
      "Run `instrument` with the layer of the function's architecture.",
    );
  }
  return passed("layer", `${arn.split(":").slice(6).join(":")} for ${of.architectures.join(", ")}`);
}

/** Whether the script that starts tracing and its layer are both present, or neither. */
export function checkWrapper(of: FunctionState): Check {
  const { layers, variables } = of;
  const extension = extensionLayerOf(of);
  const script = variables[execWrapperVariable];
  const isAdot = (arn: string) =>
    isLegacyAdot(arn) || /:layer:(AWSOpenTelemetryDistro|opentelemetry-)/.test(arn);
  const hasLight = layers.some(
    (arn) => isTracingLayer(arn) || (/-extension-/.test(arn) && !isRotelLayer(arn)),
  );
  if (script === undefined) {
    return layers.some((arn) => isAdot(arn) || isTracingLayer(arn))
      ? fault(
          "wrapper",
          `there is a layer for tracing, and ${execWrapperVariable} is not set`,
          "Run `instrument` with --trace again, or remove the layer.",
        )
      : passed("wrapper", "no tracing inside of the function");
  }
  if (script === lightExecWrapper && !hasLight) {
    return fault(
      "wrapper",
      `${execWrapperVariable} is ${script}, which none of the layers has: the function cannot start`,
      "Run `instrument` with --trace again, or remove the variable.",
    );
  }
  const others = layers.filter((arn) => arn !== extension);
  if (/^\/opt\/otel-/.test(script) && others.length === 0) {
    return fault(
      "wrapper",
      `${execWrapperVariable} is ${script}, and there is no layer of OpenTelemetry's: the function cannot start`,
      "Run `instrument` with --trace again, or remove the variable.",
    );
  }
  return passed("wrapper", script);
}

/**
 * Whether the extension accepts its settings, and they define a destination.
 * @param envFile whose variables are among those of the function
 */
export function checkSettings({ variables }: FunctionState, envFile?: EnvFileView): Check {
  for (const [name, value] of Object.entries(variables)) {
    const setting = findSetting(name)?.setting;
    const reason = setting === undefined || value === "" ? undefined : checkSettingValue(setting, value);
    if (reason === undefined) continue;
    const shown = setting?.secret || setting?.type === "url" ? "" : ` (got "${value}")`;
    return fault("settings", `${name}: ${reason}${shown}`, "Run `instrument` again with a valid value.");
  }
  if (envFile?.isMissing) {
    return fault(
      "settings",
      `${variableOf("envFile")} names ${envFile.path}, which is not in the function's code`,
      "Add the file to the code, or remove the variable.",
    );
  }
  if (envFile?.unread !== undefined) {
    return skipped(
      "settings",
      `${envFile.path} has further ones and cannot be read from here: ${envFile.unread}; the variables are valid`,
    );
  }
  if (logsDestinations(variables).length === 0) {
    return fault(
      "settings",
      "no endpoint is set, so that the extension drops all telemetry",
      "Run `instrument` with --endpoint or --clickhouse.",
    );
  }
  return passed("settings", envFile === undefined ? "valid" : `valid, with those of ${envFile.path}`);
}

/** What is known about a secret: that it has a value, or why not. */
export type SecretView =
  | { reference: SecretReference; found: true; kmsKey?: string; arn?: string }
  | { reference: SecretReference; found: false; error: string; isMissing: boolean };

/** Whether the secrets exist. */
export function checkSecrets(secrets: readonly SecretView[]): Check {
  if (secrets.length === 0) return passed("secrets", "none are referred to");
  for (const one of secrets) {
    if (one.found || !one.isMissing) continue;
    const fix = "Create it, or run `instrument` with the right --secret.";
    return fault("secrets", `${one.reference.arn}: ${one.error}`, fix);
  }
  const unread = secrets.filter(({ found }) => !found);
  if (unread.length > 0) {
    const [first] = unread as [SecretView & { found: false }];
    return skipped("secrets", `${first.reference.arn} cannot be read from here: ${first.error}`);
  }
  return passed("secrets", `${secrets.length} read`);
}

/** A permission to check for a role. */
export interface Access {
  action: string;
  resource: string;
  decision: string;
}

/** Whether the role may do what the extension needs. */
export function checkPermissions(role: string, access: readonly Access[] | { error: string }): Check {
  if ("error" in access) return skipped("permissions", `cannot be simulated: ${access.error}`);
  const denied = access.find(({ decision }) => decision !== "allowed");
  if (denied === undefined) {
    return passed(
      "permissions",
      access.length === 0 ? "none are needed" : `${access.length} allowed to ${role}`,
    );
  }
  const how = denied.decision === "explicitDeny" ? "is denied" : "is not allowed";
  return fault(
    "permissions",
    `${denied.action} of ${denied.resource} ${how} to ${role}`,
    "Run `instrument` again, which writes the policy; a denial has to be removed where it was made.",
  );
}
