import assert from "node:assert/strict";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as pulumi from "@pulumi/pulumi";
import type { OutputValue } from "@pulumi/pulumi/automation";
import { ExtensionLayers, ObservedFunction, type ObservedFunctionArgs } from "../../../../index";
import type { PublishedLayers } from "../../../../provider/args/extensionLayers";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { changes, region, useSurroundings } from "../../surroundings";
import { useBuiltLayers } from "../setup/builtLayers";
import { plainCode } from "../setup/plainFunction";
import { RemoteObservedFunction } from "../setup/remoteComponents";

describe("functions whose layers another stack publishes", () => {
  const surroundings = useSurroundings();
  const built = useBuiltLayers();

  it("take them from its output manifest, and follow what it publishes", async () => {
    const platform = await surroundings.stack({
      projectName: "platform",
      program: async () => ({
        manifest: new ExtensionLayers("extension", { regions: [region, "eu-west-3"] }).manifest,
      }),
    });
    const service = await surroundings.stack({
      projectName: "service",
      program: async () => {
        const reference = new pulumi.StackReference(`organization/platform/${platform.name}`);
        const args: ObservedFunctionArgs = {
          runtime: "nodejs22.x",
          handler: "index.handler",
          code: plainCode(),
          architectures: ["arm64"],
          extension: { manifest: reference.requireOutput("manifest") },
        };
        return {
          orders: new ObservedFunction("orders", args).functionArn,
          sales: new RemoteObservedFunction("sales", args).functionArn,
        };
      },
    });
    const { outputs: published } = await platform.up();
    const { outputs } = await service.up();
    const lambda = new LambdaClient(clientOptions(surroundings.aws, region));
    const layersOfBoth = () =>
      Promise.all(
        ["orders", "sales"].map(async (name) => {
          const command = new GetFunctionCommand({ FunctionName: outputs[name]?.value });
          return (await lambda.send(command)).Configuration?.Layers?.map(({ Arn }) => Arn);
        }),
      );
    const arnOf = (manifest: OutputValue | undefined): string => {
      const { layers }: PublishedLayers = manifest?.value ?? { layers: [] };
      const published = layers.find((layer) => layer.region === region && layer.architecture === "arm64");
      return published?.layerVersionArn ?? "";
    };
    const first = arnOf(published.manifest);
    assert.match(first, /^arn:aws:lambda:us-east-2:123456789012:layer:clickstack-extension-arm64:\d+$/);
    assert.deepEqual(await layersOfBoth(), [[first], [first]]);

    await built.build("second");
    const second = arnOf((await platform.up()).outputs.manifest);
    assert.notEqual(second, first);
    const { read: _, ...others } = changes(await service.up());
    assert.deepEqual(Object.keys(others), ["update"]);
    assert.deepEqual(await layersOfBoth(), [[second], [second]]);
  });
});
