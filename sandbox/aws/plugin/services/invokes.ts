import { DescribeLogGroupsCommand, ListTagsForResourceCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetRoleCommand } from "@aws-sdk/client-iam";
import { GetLayerVersionCommand, ListLayerVersionsCommand } from "@aws-sdk/client-lambda";
import {
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
} from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import type { AwsClients } from "../base/clients";
import { tagMap } from "../base/resource";
import type { PropertyMap } from "../base/values";
import { policyDocument } from "./policyDocument";
import { getRegions } from "./regions";

type Invoke = (aws: AwsClients, args: PropertyMap) => Promise<PropertyMap>;

/** The provider's functions (`aws.getRegion()`, `aws.iam.getPolicyDocument()`, …) by their token. */
export const invokes: ReadonlyMap<string, Invoke> = new Map<string, Invoke>([
  ["aws:index/getRegion:getRegion", getRegion],
  ["aws:index/getRegions:getRegions", getRegions],
  ["aws:index/getPartition:getPartition", getPartition],
  ["aws:index/getCallerIdentity:getCallerIdentity", getCallerIdentity],
  ["aws:cloudwatch/getLogGroup:getLogGroup", getLogGroup],
  ["aws:iam/getPolicyDocument:getPolicyDocument", async (_aws, args) => policyDocument(args)],
  ["aws:iam/getRole:getRole", getRole],
  ["aws:lambda/getLayerVersion:getLayerVersion", getLayerVersion],
  ["aws:secretsmanager/getSecret:getSecret", getSecret],
  ["aws:secretsmanager/getSecretVersion:getSecretVersion", getSecretVersion],
  ["aws:ssm/getParameter:getParameter", getParameter],
]);

async function getRegion(aws: AwsClients): Promise<PropertyMap> {
  const { region } = aws;
  return { id: region, region, name: region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
}

async function getPartition(aws: AwsClients): Promise<PropertyMap> {
  const { partition } = aws;
  return { id: partition, partition, dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" };
}

async function getCallerIdentity(aws: AwsClients): Promise<PropertyMap> {
  const identity = await aws.callerIdentity();
  return { id: identity.accountId, ...identity };
}

async function getLogGroup(aws: AwsClients, args: PropertyMap): Promise<PropertyMap> {
  const logGroupNamePrefix = String(args.name);
  const { logGroups = [] } = await aws.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
  const found = logGroups.find(({ logGroupName }) => logGroupName === args.name);
  if (found === undefined) throw new Error(`CloudWatch Logs Log Group (${args.name}): empty result`);
  const arn = (found.arn ?? "").replace(/:\*$/, "");
  const { tags = {} } = await aws.logs.send(new ListTagsForResourceCommand({ resourceArn: arn }));
  return {
    id: found.logGroupName,
    arn,
    creationTime: found.creationTime,
    deletionProtectionEnabled: false,
    kmsKeyId: found.kmsKeyId ?? "",
    logGroupClass: found.logGroupClass ?? "STANDARD",
    name: found.logGroupName,
    region: aws.region,
    retentionInDays: found.retentionInDays ?? 0,
    tags,
  };
}

async function getRole(aws: AwsClients, args: PropertyMap): Promise<PropertyMap> {
  const { Role: found } = await aws.iam.send(new GetRoleCommand({ RoleName: String(args.name) }));
  return {
    id: found?.RoleName,
    arn: found?.Arn,
    assumeRolePolicy: decodeURIComponent(found?.AssumeRolePolicyDocument ?? ""),
    createDate: found?.CreateDate?.toISOString(),
    description: found?.Description ?? "",
    maxSessionDuration: found?.MaxSessionDuration,
    name: found?.RoleName,
    path: found?.Path,
    permissionsBoundary: found?.PermissionsBoundary?.PermissionsBoundaryArn ?? "",
    roleLastUseds: [],
    tags: tagMap(found?.Tags),
    uniqueId: found?.RoleId,
  };
}

async function getLayerVersion(aws: AwsClients, args: PropertyMap): Promise<PropertyMap> {
  const arn = typeof args.layerVersionArn === "string" ? args.layerVersionArn : undefined;
  const LayerName = arn ? arn.slice(0, arn.lastIndexOf(":")) : String(args.layerName);
  const VersionNumber = Number(
    arn?.split(":").pop() ?? args.version ?? (await newestVersion(aws, LayerName)),
  );
  const found = await aws.lambda.send(new GetLayerVersionCommand({ LayerName, VersionNumber }));
  return {
    ...args,
    id: found.LayerVersionArn,
    arn: found.LayerVersionArn,
    layerVersionArn: found.LayerVersionArn,
    layerArn: found.LayerArn,
    layerName: found.LayerArn?.split(":").pop(),
    codeSha256: found.Content?.CodeSha256,
    sourceCodeHash: found.Content?.CodeSha256,
    sourceCodeSize: found.Content?.CodeSize,
    compatibleArchitectures: found.CompatibleArchitectures ?? [],
    compatibleRuntimes: found.CompatibleRuntimes ?? [],
    createdDate: found.CreatedDate,
    description: found.Description ?? "",
    licenseInfo: found.LicenseInfo ?? "",
    region: aws.region,
    signingJobArn: "",
    signingProfileVersionArn: "",
    version: found.Version,
  };
}

async function newestVersion(aws: AwsClients, LayerName: string): Promise<number> {
  const { LayerVersions: versions = [] } = await aws.lambda.send(new ListLayerVersionsCommand({ LayerName }));
  const newest = versions[0]?.Version;
  if (newest === undefined) throw new Error(`layer ${LayerName} has no version in ${aws.region}`);
  return newest;
}

async function getSecret(aws: AwsClients, args: PropertyMap): Promise<PropertyMap> {
  const SecretId = String(args.arn ?? args.name);
  const found = await aws.secretsManager.send(new DescribeSecretCommand({ SecretId }));
  const { ResourcePolicy } = await aws.secretsManager.send(new GetResourcePolicyCommand({ SecretId }));
  return {
    id: found.ARN,
    arn: found.ARN,
    createdDate: found.CreatedDate?.toISOString(),
    description: found.Description ?? "",
    kmsKeyId: found.KmsKeyId ?? "",
    lastChangedDate: found.LastChangedDate?.toISOString(),
    name: found.Name,
    policy: ResourcePolicy ?? "",
    region: aws.region,
    tags: tagMap(found.Tags),
    type: "",
  };
}

async function getSecretVersion(aws: AwsClients, args: PropertyMap): Promise<PropertyMap> {
  const text = (key: string) => (typeof args[key] === "string" ? args[key] : undefined);
  const found = await aws.secretsManager.send(
    new GetSecretValueCommand({
      SecretId: text("secretId"),
      VersionId: text("versionId"),
      VersionStage: text("versionStage"),
    }),
  );
  return {
    ...args,
    id: `${found.ARN}|${found.VersionId}`,
    arn: found.ARN,
    secretArn: found.ARN,
    createdDate: found.CreatedDate?.toISOString(),
    region: aws.region,
    secretBinary: found.SecretBinary ? Buffer.from(found.SecretBinary).toString("base64") : "",
    secretString: found.SecretString ?? "",
    versionId: found.VersionId,
    versionStages: found.VersionStages ?? [],
  };
}

async function getParameter(aws: AwsClients, args: PropertyMap): Promise<PropertyMap> {
  const WithDecryption = args.withDecryption !== false;
  const found = await aws.ssm.send(new GetParameterCommand({ Name: String(args.name), WithDecryption }));
  const { ARN: arn, Name: name, Type: type, Value: value = "", Version: version } = found.Parameter ?? {};
  const insecureValue = type === "SecureString" ? "" : value;
  return { ...args, id: name, arn, name, type, value, version, insecureValue, region: aws.region };
}
