import * as pulumi from "@pulumi/pulumi";
import { type Architecture, ExtensionLayers } from "../index";
import { defaultRegions } from "./regions";

/**
 * The Pulumi program of this folder's Pulumi.yaml: publishes the built layers to the account. Configuration: `regions`
 * and `architectures`, both lists; without them the default regions and the architectures that were built.
 */
async function publishLayers() {
  const config = new pulumi.Config();
  const layers = new ExtensionLayers("clickstack-extension", {
    regions: config.getObject<string[]>("regions") ?? [...defaultRegions],
    architectures: config.getObject<Architecture[]>("architectures"),
    namePrefix: config.get("namePrefix"),
  });
  return { layerVersionArns: layers.layerVersionArns, manifest: layers.manifest };
}

export = publishLayers;
