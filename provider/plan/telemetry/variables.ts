import type { PlannedVariable } from "./mergedEnvironment";
import { findSetting, variableOf } from "./settings";

/** A value that several arguments make up, and which of them is to be named for it. */
export interface CombinedValue<T> {
  value: T;
  /** Property path of the argument. */
  origin: string;
}

/** Direct export into ClickHouse, each value as text. */
export interface ClickHouseValues<T> {
  endpoint?: T;
  user?: T;
  /** Reference to the password. */
  password?: T;
  database?: T;
  tablePrefix?: T;
  compression?: T;
  asyncInsert?: T;
  enableJson?: T;
}

/** The arguments of an observed function that become environment variables of the extension. */
export interface TelemetryValues<T> {
  endpoint?: T;
  protocol?: T;
  /** Whether the endpoint is managed ClickStack, as text. */
  managedClickStack?: T;
  /** Audience of the token that is sent as the key. */
  webIdentityAudience?: T;
  /** The headers, `authorization` among them, as one list. */
  customHeaders?: CombinedValue<T>;
  serviceName?: T;
  /** The resource attributes, `serviceVersion` among them, as one list. */
  resourceAttributes?: CombinedValue<T>;
  envFile?: T;
  clickhouse?: ClickHouseValues<T>;
  /** Further settings by name or by environment variable. */
  settings: Readonly<Record<string, T>>;
}

/** The name of the header that carries the ingestion key. */
export const authorizationHeader = "Authorization";

/** The resource attribute of the version (OpenTelemetry semantic conventions, service). */
export const serviceVersionAttribute = "service.version";

/** Arguments of `clickhouse` with the setting that each stands for. */
const clickHouseSettings: readonly [keyof ClickHouseValues<unknown>, string][] = [
  ["endpoint", "clickhouseExporterEndpoint"],
  ["user", "clickhouseExporterUser"],
  ["password", "clickhouseExporterPassword"],
  ["database", "clickhouseExporterDatabase"],
  ["tablePrefix", "clickhouseExporterTablePrefix"],
  ["compression", "clickhouseExporterCompression"],
  ["asyncInsert", "clickhouseExporterAsyncInsert"],
  ["enableJson", "clickhouseExporterEnableJson"],
];

/**
 * The variables that these arguments ask for. Settings that do not exist are left out: they are problems already.
 * @param text makes a value of a constant.
 */
export function telemetryVariables<T>(
  values: TelemetryValues<T>,
  text: (value: string) => T,
): PlannedVariable<T>[] {
  const variables: PlannedVariable<T>[] = [];
  const plan = (setting: string, value: T | undefined, origin: string, isDefault = false) => {
    if (value === undefined) return;
    variables.push({ name: variableOf(setting), value, origin, ...(isDefault ? { isDefault } : {}) });
  };
  const { customHeaders: headers, resourceAttributes: attributes, clickhouse } = values;
  plan("otlpExporterEndpoint", values.endpoint, "endpoint");
  plan("otlpExporterProtocol", values.protocol, "protocol");
  plan("managed", values.managedClickStack, "managedClickStack");
  plan("webIdentityAudience", values.webIdentityAudience, "webIdentityAudience");
  plan("otlpExporterCustomHeaders", headers?.value, headers?.origin ?? "headers");
  plan("serviceName", values.serviceName, "serviceName");
  plan("resourceAttributes", attributes?.value, attributes?.origin ?? "resourceAttributes");
  plan("envFile", values.envFile, "envFile");
  for (const [key, setting] of clickHouseSettings) plan(setting, clickhouse?.[key], `clickhouse.${key}`);
  for (const [name, value] of Object.entries(values.settings)) {
    const found = findSetting(name);
    if (found) variables.push({ name: found.variable, value, origin: `settings.${name}` });
  }
  if (clickhouse !== undefined) plan("exporter", text("clickhouse"), "clickhouse", true);
  if (values.endpoint !== undefined) plan("otlpExporterProtocol", text("http"), "protocol", true);
  return variables;
}
