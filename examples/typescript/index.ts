import { join } from "node:path";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "clickstack-lambda";

const config = new pulumi.Config();
const endpoint = config.require("endpoint");
const architectures = [config.get("architecture") ?? "x86_64"];

// The extension as a layer in your own account, the same in every region that has functions.
const layers = new clickstack.ExtensionLayers("clickstack-extension", {
  regions: [
    "us-east-2",
    "us-west-2",
    "eu-central-1",
    "eu-north-1",
    "eu-west-3",
    "ca-central-1",
    "ap-southeast-2",
    "ap-northeast-2",
    "ap-south-1",
    "sa-east-1",
  ],
});

// The key stays in Secrets Manager. The functions' environment only names the secret, and their roles may read it.
const ingestionKey = new secretsmanager.Secret("clickstack-ingestion-key", {
  description: "Ingestion key for ClickStack",
});
const ingestionKeyValue = new secretsmanager.SecretVersion("clickstack-ingestion-key", {
  secretId: ingestionKey.id,
  secretString: config.requireSecret("ingestionKey"),
});

const telemetry = {
  extension: { layerVersionArns: layers.layerVersionArns },
  endpoint,
  authorization: ingestionKeyValue.secretArn,
  resourceAttributes: { "deployment.environment.name": pulumi.getStack() },
  cloudWatchLogs: clickstack.CloudWatchLogs.Disable,
};

const nodeFunction = new clickstack.ObservedFunction("orders-node", {
  ...telemetry,
  architectures,
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: new pulumi.asset.FileArchive(join(__dirname, "functions/node")),
  timeout: 10,
});

const pythonFunction = new clickstack.ObservedFunction("orders-python", {
  ...telemetry,
  architectures,
  runtime: "python3.12",
  handler: "main.handler",
  code: new pulumi.asset.FileArchive(join(__dirname, "functions/python")),
  timeout: 10,
});

export const layerVersionArns = layers.layerVersionArns;
export const functionNames = [nodeFunction.functionName, pythonFunction.functionName];
export const functionArns = [nodeFunction.functionArn, pythonFunction.functionArn];
