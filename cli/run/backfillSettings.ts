import { logsDestinations } from "../../provider/plan/telemetry/logsDestination";
import { plainValues, plannedArguments, planTelemetry } from "../../provider/plan/telemetry/plan";
import { variableOf } from "../../provider/plan/telemetry/settings";
import type { AwsClients } from "../aws/clients";
import type { FunctionState } from "../plan/functionState";
import { extensionLayerOf } from "../plan/status";
import { type TelemetryOptions, telemetryOf } from "../plan/telemetryOptions";
import { UsageError } from "../plan/usageError";
import { readSettings } from "./functionSettings";
import { readSecrets } from "./readSecrets";

/**
 * The extension's settings for a backfill: the function's, its env file's and those of the options, with references
 * replaced by values.
 * @throws UsageError if they do not define a destination.
 */
export async function backfillSettings(
  clients: AwsClients,
  configured: FunctionState,
  options: TelemetryOptions,
): Promise<Record<string, string>> {
  const { of, envFile } = await readSettings(clients, configured);
  const planned = plannedVariables(of, options);
  if (envFile?.unread !== undefined && Object.keys(planned).length === 0) {
    throw new UsageError(
      `${of.name} has settings in ${envFile.path}, which cannot be read from here (${envFile.unread}): pass --endpoint and --secret`,
    );
  }
  const { [variableOf("envFile")]: _read, ...variables } = { ...of.variables, ...planned };
  const destinations = logsDestinations(variables);
  if (destinations.length === 0) {
    throw new UsageError(
      `${of.name} has no endpoint: run \`instrument\` first, or pass --endpoint and --secret`,
    );
  }
  if (destinations.some((one) => "webIdentity" in one)) {
    throw new UsageError(
      `${of.name} authenticates by tokens that AWS issues to its role alone: pass --endpoint and --secret`,
    );
  }
  const secrets = await readSecrets(clients, variables);
  const filled = Object.entries(variables).map(async ([name, value]) => [name, await secrets.fillIn(value)]);
  return Object.fromEntries(await Promise.all(filled));
}

/** The variables for the options, as `instrument` would set them. */
function plannedVariables(of: FunctionState, options: TelemetryOptions): Record<string, string> {
  if (Object.keys(options).length === 0) return {};
  // The plan of a function needs a layer, although none is added here.
  const layerArn =
    extensionLayerOf(of) ?? of.arn.replace(/:function:.*$/, ":layer:clickstack-extension-amd64:1");
  const planned = planTelemetry(plannedArguments(telemetryOf({ ...options, layerArn })), plainValues);
  return Object.fromEntries(planned.map(({ name, value }) => [name, value]));
}
