import { findSetting, variableOf } from "../telemetry/settings";

/** The variable that puts the extension's proxy between the runtime and Lambda. */
const proxyVariable = variableOf("runtimeProxy");

/** The variable that names the script of another layer, which the extension's script runs next. */
export const otherExecWrapperVariable = variableOf("execWrapper");

/**
 * Path of the setting if `settings` turn the runtime API proxy on, as far as that is known; it needs an exec wrapper.
 */
export function runtimeProxyPath(settings: unknown): string | undefined {
  if (typeof settings !== "object" || settings === null) return undefined;
  for (const [name, value] of Object.entries(settings)) {
    if (findSetting(name)?.variable !== proxyVariable) continue;
    const isOff = typeof value === "string" && /^(false|0)$/i.test(value);
    return isOff ? undefined : `settings.${name}`;
  }
  return undefined;
}
