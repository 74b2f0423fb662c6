import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { defaultLogGroup } from "../../provider/plan/policies/statements";
import type { Configuration, FunctionState } from "../plan/functionState";
import { awsErrorName } from "./awsError";
import type { AwsClients } from "./clients";

/** Lists the functions of a region, without their tags and without the status of their last update. */
export async function* listFunctions(clients: AwsClients, region: string): AsyncGenerator<FunctionState> {
  const { paginateListFunctions } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(region);
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    for (const configuration of Functions) yield stateOf(configuration, region);
  }
}

/** Reads a function with its tags; undefined if no function has this name. */
export async function readFunction(
  clients: AwsClients,
  region: string,
  name: string,
): Promise<FunctionState | undefined> {
  const { GetFunctionCommand } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(region);
  try {
    const { Configuration = {}, Tags = {} } = await client.send(
      new GetFunctionCommand({ FunctionName: name }),
    );
    return { ...stateOf(Configuration, region), tags: Tags };
  } catch (error) {
    if (awsErrorName(error) === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

/**
 * Gives a function this configuration.
 * @param of the function as it was read; the update is rejected if it has changed since.
 */
export async function updateFunction(
  clients: AwsClients,
  of: Pick<FunctionState, "name" | "region" | "revisionId">,
  { layers, variables }: Configuration,
): Promise<FunctionState> {
  const { UpdateFunctionConfigurationCommand } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(of.region);
  const answer = await client.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: of.name,
      Layers: [...layers],
      Environment: { Variables: { ...variables } },
      RevisionId: of.revisionId,
    }),
  );
  return stateOf(answer, of.region);
}

/** A function as returned by the API. */
export function stateOf(of: FunctionConfiguration, region: string): FunctionState {
  const name = of.FunctionName ?? "";
  const error = of.Environment?.Error;
  const lastModified = Date.parse(of.LastModified ?? "");
  return {
    name,
    arn: (of.FunctionArn ?? "").split(":").slice(0, 7).join(":"),
    region,
    runtime: of.Runtime,
    architectures: of.Architectures ?? ["x86_64"],
    packageType: of.PackageType ?? "Zip",
    role: of.Role ?? "",
    layers: (of.Layers ?? []).map(({ Arn = "" }) => Arn),
    variables: of.Environment?.Variables ?? {},
    timeout: of.Timeout,
    memorySize: of.MemorySize,
    logGroup: of.LoggingConfig?.LogGroup ?? defaultLogGroup(name),
    revisionId: of.RevisionId,
    lastUpdateStatus: of.LastUpdateStatus,
    lastUpdateReason: of.LastUpdateStatusReason,
    state: of.State,
    ...(!Number.isNaN(lastModified) && { lastModified }),
    ...(error && { unreadable: error.ErrorCode ?? "" }),
    subnetIds: of.VpcConfig?.SubnetIds ?? [],
    usesManagedInstances: of.CapacityProviderConfig !== undefined,
    usesSnapStart: of.SnapStart?.ApplyOn === "PublishedVersions",
  };
}
