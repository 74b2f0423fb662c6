import { readFileSync } from "node:fs";
import type { LayerStatement } from "../../provider/plan/layers/permissions";
import type { LayerAttributes } from "../../provider/plan/layers/publication";
import type { StoredLayerVersion } from "../plan/layerVersions";
import type { LayerView } from "../plan/verification";
import { awsErrorName, describeError } from "./awsError";
import type { AwsClients } from "./clients";

/** The versions of a layer, the newest first; none if there is no such layer. */
export async function listLayerVersions(
  clients: AwsClients,
  region: string,
  LayerName: string,
): Promise<StoredLayerVersion[]> {
  const { paginateListLayerVersions } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(region);
  const versions: StoredLayerVersion[] = [];
  for await (const { LayerVersions = [] } of paginateListLayerVersions({ client }, { LayerName })) {
    for (const { LayerVersionArn = "", Version = 0, Description = "", CreatedDate = "" } of LayerVersions) {
      versions.push({
        region,
        layerName: LayerName,
        arn: LayerVersionArn,
        version: Version,
        description: Description,
        created: CreatedDate,
      });
    }
  }
  return versions.sort((a, b) => b.version - a.version);
}

/** Reads a layer version, also of another account. */
export async function readLayer(clients: AwsClients, region: string, Arn: string): Promise<LayerView> {
  const { GetLayerVersionByArnCommand } = await import("@aws-sdk/client-lambda");
  try {
    const client = await clients.lambda(region);
    const { CompatibleArchitectures } = await client.send(new GetLayerVersionByArnCommand({ Arn }));
    return { architectures: CompatibleArchitectures ?? [] };
  } catch (error) {
    return { error: describeError(error) };
  }
}

/** Hexadecimal SHA-256 of a layer version's zip. */
export async function layerDigest(clients: AwsClients, region: string, Arn: string): Promise<string> {
  const { GetLayerVersionByArnCommand } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(region);
  const { Content } = await client.send(new GetLayerVersionByArnCommand({ Arn }));
  return Buffer.from(Content?.CodeSha256 ?? "", "base64").toString("hex");
}

/** Publishes a zip as the next version of a layer. */
export async function publishLayerVersion(
  clients: AwsClients,
  region: string,
  path: string,
  attributes: LayerAttributes,
): Promise<{ arn: string; version: number }> {
  const { PublishLayerVersionCommand } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(region);
  const { layerName, description, compatibleArchitectures, compatibleRuntimes } = attributes;
  const { LayerVersionArn = "", Version = 0 } = await client.send(
    new PublishLayerVersionCommand({
      LayerName: layerName,
      Description: description,
      CompatibleArchitectures: compatibleArchitectures as never,
      CompatibleRuntimes: compatibleRuntimes as never,
      LicenseInfo: "Apache-2.0",
      Content: { ZipFile: readFileSync(path) },
    }),
  );
  return { arn: LayerVersionArn, version: Version };
}

/** Lets others use a layer version; an existing statement is kept. */
export async function permitLayerVersion(
  clients: AwsClients,
  { region, layerName, version }: Pick<StoredLayerVersion, "region" | "layerName" | "version">,
  statements: readonly LayerStatement<string>[],
): Promise<void> {
  const { AddLayerVersionPermissionCommand } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(region);
  for (const { statementId, principal, organizationId } of statements) {
    try {
      await client.send(
        new AddLayerVersionPermissionCommand({
          ...{ LayerName: layerName, VersionNumber: version, Action: "lambda:GetLayerVersion" },
          ...{ StatementId: statementId, Principal: principal },
          ...(organizationId !== undefined && { OrganizationId: organizationId }),
        }),
      );
    } catch (error) {
      if (awsErrorName(error) !== "ResourceConflictException") throw error;
    }
  }
}

/** Deletes a layer version. Functions that have it keep it. */
export async function deleteLayerVersion(
  clients: AwsClients,
  { region, layerName, version }: StoredLayerVersion,
): Promise<void> {
  const { DeleteLayerVersionCommand } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(region);
  await client.send(new DeleteLayerVersionCommand({ LayerName: layerName, VersionNumber: version }));
}

/** ARNs of all layer versions that functions of a region use, in any of their versions. */
export async function layersInUse(clients: AwsClients, region: string): Promise<Set<string>> {
  const { paginateListFunctions } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(region);
  const used = new Set<string>();
  for await (const { Functions = [] } of paginateListFunctions({ client }, { FunctionVersion: "ALL" })) {
    for (const { Layers = [] } of Functions) for (const { Arn } of Layers) if (Arn) used.add(Arn);
  }
  return used;
}

/** The regions that the account has enabled. @param region one of them, for the request. */
export async function enabledRegions(clients: AwsClients, region: string): Promise<string[]> {
  const { DescribeRegionsCommand } = await import("@aws-sdk/client-ec2");
  const client = await clients.ec2(region);
  const { Regions = [] } = await client.send(new DescribeRegionsCommand({}));
  return Regions.flatMap(({ RegionName }) => RegionName ?? []).sort();
}
