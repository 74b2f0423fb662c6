import {
  AddLayerVersionPermissionCommand,
  type Architecture,
  DeleteLayerVersionCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  PublishLayerVersionCommand,
  RemoveLayerVersionPermissionCommand,
  type Runtime,
} from "@aws-sdk/client-lambda";
import type {
  LayerVersionArgs,
  LayerVersionPermissionArgs,
  LayerVersionPermissionState,
  LayerVersionState,
} from "@pulumi/aws/lambda";
import { archiveBytes } from "../base/assets";
import { defineResource, ifFound } from "../base/resource";
import { layerValidators } from "./lambdaValidators";

/** `aws.lambda.LayerVersion`: versions never change, so that every difference publishes a new one. */
export const layerVersion = defineResource<LayerVersionArgs, LayerVersionState>({
  token: "aws:lambda/layerVersion:LayerVersion",
  inputs: [
    ...["code", "compatibleArchitectures", "compatibleRuntimes", "description", "layerName", "licenseInfo"],
    ...["s3Bucket", "s3Key", "s3ObjectVersion", "skipDestroy", "sourceCodeHash"],
  ] as (keyof LayerVersionArgs)[],
  required: ["layerName"],
  defaults: { skipDestroy: false },
  replaceOn: "all",
  validators: layerValidators,
  computed: [
    ...["arn", "createdDate", "layerArn", "signingJobArn", "signingProfileVersionArn", "sourceCodeHash"],
    ...["sourceCodeSize", "version"],
  ] as (keyof LayerVersionState)[],
  regional: true,
  async create(aws, inputs) {
    const published = await aws.lambda.send(
      new PublishLayerVersionCommand({
        LayerName: inputs.layerName,
        Description: inputs.description,
        LicenseInfo: inputs.licenseInfo,
        CompatibleArchitectures: inputs.compatibleArchitectures as Architecture[] | undefined,
        CompatibleRuntimes: inputs.compatibleRuntimes as Runtime[] | undefined,
        Content: inputs.s3Bucket
          ? { S3Bucket: inputs.s3Bucket, S3Key: inputs.s3Key, S3ObjectVersion: inputs.s3ObjectVersion }
          : { ZipFile: await archiveBytes(inputs.code, aws.directory) },
      }),
    );
    return published.LayerVersionArn ?? "";
  },
  async read(aws, id, known) {
    const [LayerName, VersionNumber] = splitLayerVersionArn(id);
    const found = await ifFound(aws.lambda.send(new GetLayerVersionCommand({ LayerName, VersionNumber })));
    return (
      found && {
        arn: found.LayerVersionArn,
        compatibleArchitectures: found.CompatibleArchitectures,
        compatibleRuntimes: found.CompatibleRuntimes,
        createdDate: found.CreatedDate,
        description: found.Description,
        layerArn: found.LayerArn,
        layerName: known.layerName ?? LayerName,
        licenseInfo: found.LicenseInfo,
        signingJobArn: "",
        signingProfileVersionArn: "",
        sourceCodeHash: known.sourceCodeHash ?? found.Content?.CodeSha256,
        sourceCodeSize: found.Content?.CodeSize,
        version: String(found.Version),
      }
    );
  },
  async delete(aws, id, state) {
    if (state.skipDestroy) return;
    const [LayerName, VersionNumber] = splitLayerVersionArn(id);
    await ifFound(aws.lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber })));
  },
});

/** `aws.lambda.LayerVersionPermission`. */
export const layerVersionPermission = defineResource<LayerVersionPermissionArgs, LayerVersionPermissionState>(
  {
    token: "aws:lambda/layerVersionPermission:LayerVersionPermission",
    inputs: [
      "action",
      "layerName",
      "organizationId",
      "principal",
      "skipDestroy",
      "statementId",
      "versionNumber",
    ],
    required: ["action", "layerName", "principal", "statementId", "versionNumber"],
    defaults: { skipDestroy: false },
    replaceOn: "all",
    computed: ["policy", "revisionId"],
    regional: true,
    async create(aws, inputs) {
      await aws.lambda.send(
        new AddLayerVersionPermissionCommand({
          LayerName: inputs.layerName,
          VersionNumber: inputs.versionNumber,
          StatementId: inputs.statementId,
          Action: inputs.action,
          Principal: inputs.principal,
          OrganizationId: inputs.organizationId,
        }),
      );
      return `${inputs.layerName},${inputs.versionNumber}`;
    },
    async read(aws, id, known, inputs) {
      const [layerName = "", version] = id.split(",");
      const versionNumber = Number(version);
      const found = await ifFound(
        aws.lambda.send(
          new GetLayerVersionPolicyCommand({ LayerName: layerName, VersionNumber: versionNumber }),
        ),
      );
      const statements: { Sid: string; Action: string }[] = JSON.parse(found?.Policy ?? "{}").Statement ?? [];
      // Several permissions share one id; the statement's name distinguishes them.
      const statementId = known.statementId ?? inputs.statementId;
      const statement = statements.find(({ Sid }) => Sid === statementId);
      return (
        statement && {
          action: statement.Action,
          layerName,
          organizationId: known.organizationId,
          principal: known.principal,
          policy: found?.Policy,
          revisionId: found?.RevisionId,
          statementId,
          versionNumber,
        }
      );
    },
    async delete(aws, id, state) {
      if (state.skipDestroy) return;
      const [LayerName = "", version] = id.split(",");
      const StatementId = state.statementId ?? "";
      await ifFound(
        aws.lambda.send(
          new RemoveLayerVersionPermissionCommand({ LayerName, VersionNumber: Number(version), StatementId }),
        ),
      );
    },
  },
);

/** `arn:…:layer:name:3` as the layer's ARN and the version. */
function splitLayerVersionArn(arn: string): [layer: string, version: number] {
  const end = arn.lastIndexOf(":");
  return [arn.slice(0, end), Number(arn.slice(end + 1))];
}
