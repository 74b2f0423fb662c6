import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "clickstack-lambda";

const config = new pulumi.Config();
const region = new pulumi.Config("aws").require("region");

const layers = new clickstack.ExtensionLayers("layers", {
  regions: [region],
  namePrefix: "clickstack-node-manual",
});

const checkout = new clickstack.ObservedFunction("checkout", {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: new pulumi.asset.FileArchive(join(__dirname, "functions", "checkout")),
  architectures: [config.get("architecture") ?? "x86_64"],
  timeout: 10,
  extension: { layerVersionArns: layers.layerVersionArns },
  endpoint: config.require("endpoint"),
  ingestionKey: config.requireSecret("ingestionKey"),
  // Takes the spans that the function makes by @opentelemetry/api. No SDK is needed.
  autoInstrumentation: {},
  serviceName: "checkout",
  cloudWatchLogs: clickstack.CloudWatchLogs.Disable,
});

export const functionName = checkout.functionName;
