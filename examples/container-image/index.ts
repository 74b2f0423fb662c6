import { copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as ecr from "@pulumi/awsx/ecr";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "clickstack-lambda";

const config = new pulumi.Config();
const architecture = config.get("architecture") ?? "x86_64";
const processor = architecture === "arm64" ? "arm64" : "amd64";

// What the image is built from: the function, and the extension's zip for the image's architecture.
const context = join(__dirname, "function");
const layers = resolve(__dirname, config.get("layersDirectory") ?? "../../dist/layers");
copyFileSync(
  join(layers, `clickstack-extension-${processor}.zip`),
  join(context, "clickstack-extension.zip"),
);

const repository = new ecr.Repository("orders", { forceDelete: true });
const image = new ecr.Image("orders", {
  repositoryUrl: repository.url,
  context,
  platform: `linux/${processor}`,
});

// The image holds the extension: the function takes no layers, only the extension's environment and permissions.
const orders = new clickstack.ObservedFunction("orders", {
  packageType: "Image",
  imageUri: image.imageUri,
  architectures: [architecture],
  timeout: 10,
  endpoint: config.require("endpoint"),
  authorization: config.require("ingestionKeyArn"),
  cloudWatchLogs: clickstack.CloudWatchLogs.Disable,
});

export const functionName = orders.functionName;
export const functionArn = orders.functionArn;
