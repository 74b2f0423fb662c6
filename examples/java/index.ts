import { join } from "node:path";
import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "clickstack-lambda";

const config = new pulumi.Config();
const region = new pulumi.Config("aws").require("region");

const layers = new clickstack.ExtensionLayers("layers", {
  regions: [region],
  namePrefix: "clickstack-java",
});

const orders = new clickstack.ObservedFunction("orders", {
  runtime: "java21",
  handler: "shop.Orders::handleRequest",
  code: new pulumi.asset.FileArchive(join(__dirname, "function", "target", "orders.jar")),
  memorySize: 1024,
  timeout: 20,
  serviceName: "orders",
  extension: { layerVersionArns: layers.layerVersionArns },
  endpoint: config.require("endpoint"),
  ingestionKey: config.requireSecret("ingestionKey"),
  cloudWatchLogs: clickstack.CloudWatchLogs.Disable,
  // The extension reads requests and responses as they pass: route, caller and status code without anything in the function.
  settings: { runtimeProxy: "true" },
  // The agent adds spans of what the function calls, and a second or more to a cold start.
  ...(config.getBoolean("agent")
    ? { autoInstrumentation: { distribution: clickstack.InstrumentationDistribution.OpenTelemetry } }
    : {}),
});
const url = new lambda.FunctionUrl("orders", {
  functionName: orders.functionName,
  authorizationType: "NONE",
});

export const ordersUrl = url.functionUrl;
export const functionName = orders.functionName;
