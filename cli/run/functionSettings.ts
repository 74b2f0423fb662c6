import { fileOfZip } from "../../layers/unzip";
import { envFileVariables, pathInCode } from "../../provider/plan/telemetry/envFile";
import { variableOf } from "../../provider/plan/telemetry/settings";
import { describeError } from "../aws/awsError";
import type { AwsClients } from "../aws/clients";
import { downloadCode } from "../aws/functionCode";
import type { EnvFileView } from "../plan/envFile";
import type { FunctionState } from "../plan/functionState";

/** A function with the variables of its env file. */
export interface FunctionSettings {
  /** The function as seen by the extension, including the file's variables. */
  of: FunctionState;
  /** Absent if the function has no env file. */
  envFile?: EnvFileView;
}

/** Reads the env file from the function's code, as the extension does when it starts. */
export async function readSettings(clients: AwsClients, of: FunctionState): Promise<FunctionSettings> {
  const path = of.variables[variableOf("envFile")]?.trim();
  if (!path) return { of };
  const name = pathInCode(path);
  if (name === undefined) return { of, envFile: { path, unread: "it is not in the function's code" } };
  if (of.packageType !== "Zip") return { of, envFile: { path, unread: "the code is a container image" } };
  try {
    const content = await fileOfZip(await downloadCode(clients, of.region, of.name), name);
    if (content === undefined) return { of, envFile: { path, isMissing: true } };
    const variables = { ...of.variables, ...envFileVariables(content.toString("utf8"), of.variables) };
    return { of: { ...of, variables }, envFile: { path } };
  } catch (error) {
    return { of, envFile: { path, unread: describeError(error) } };
  }
}
