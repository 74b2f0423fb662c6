import type { PlannedVariable } from "./environment";
import { findSetting, variableOf } from "./settings";

/** The arguments of an observed function that become environment variables of the extension. */
export interface TelemetryValues<T> {
  endpoint?: T;
  protocol?: T;
  /** The headers, `authorization` among them, as one list, and which of the two arguments it comes from. */
  customHeaders?: { value: T; origin: string };
  serviceName?: T;
  /** The resource attributes as one list. */
  resourceAttributes?: T;
  /** Further settings by name or by environment variable. */
  settings: Readonly<Record<string, T>>;
}

/**
 * The variables that these arguments ask for. Settings that do not exist are left out: they are problems already.
 * @param defaultProtocol the OTLP protocol when there is an endpoint and nothing names a protocol.
 */
export function telemetryVariables<T>(values: TelemetryValues<T>, defaultProtocol: T): PlannedVariable<T>[] {
  const variables: PlannedVariable<T>[] = [];
  const plan = (setting: string, value: T | undefined, origin: string) => {
    if (value !== undefined) variables.push({ name: variableOf(setting), value, origin });
  };
  plan("otlpExporterEndpoint", values.endpoint, "endpoint");
  plan("otlpExporterProtocol", values.protocol, "protocol");
  plan("otlpExporterCustomHeaders", values.customHeaders?.value, values.customHeaders?.origin ?? "headers");
  plan("serviceName", values.serviceName, "serviceName");
  plan("resourceAttributes", values.resourceAttributes, "resourceAttributes");
  for (const [name, value] of Object.entries(values.settings)) {
    const found = findSetting(name);
    if (found) variables.push({ name: found.variable, value, origin: `settings.${name}` });
  }
  if (values.endpoint !== undefined) {
    const name = variableOf("otlpExporterProtocol");
    variables.push({ name, value: defaultProtocol, origin: "protocol", isDefault: true });
  }
  return variables;
}

/** The name of the header that carries the ingestion key. */
export const authorizationHeader = "Authorization";
