import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LambdaClient, ListLayerVersionsCommand } from "@aws-sdk/client-lambda";
import { defaultRegions } from "../../../layers/regions";
import publishLayers from "../../../layers/stack";
import { clientOptions } from "../../../sandbox/aws/embeddedAws";
import { changes, useSurroundings } from "../embeddedAws/surroundings";
import { useBuiltLayers } from "./builtLayers";

const projectName = "clickstack-lambda-layers";

describe("the layer publishing stack", () => {
  const surroundings = useSurroundings();
  const layers = useBuiltLayers();

  it("is what Pulumi.yaml runs", () => {
    const project = readFileSync(join(__dirname, "../../../Pulumi.yaml"), "utf8");
    assert.match(project, new RegExp(`^name: ${projectName}$`, "m"));
    assert.match(project, /^main: layers\/stack\.ts$/m);
  });

  it("publishes every architecture that was built in the ten regions, once", async () => {
    const stack = await surroundings.stack({ projectName, program: publishLayers });
    const { outputs, summary } = await stack.up();
    assert.deepEqual(Object.keys(outputs.layerVersionArns?.value).sort(), [...defaultRegions].sort());
    assert.equal(outputs.manifest?.value.layers.length, 20);
    assert.equal(
      new Set(outputs.manifest?.value.layers.map(({ sha256 }: { sha256: string }) => sha256)).size,
      2,
    );
    assert.equal(summary.resourceChanges?.create, 22);
    assert.deepEqual(changes(await stack.up()), {});
    await stack.destroy();
  });

  it("takes regions, architectures and names from configuration and keeps versions that functions may use", async () => {
    const stack = await surroundings.stack({
      projectName,
      program: publishLayers,
      config: {
        "aws:region": { value: "us-east-2" },
        [`${projectName}:regions`]: { value: JSON.stringify(["eu-west-1"]) },
        [`${projectName}:architectures`]: { value: JSON.stringify(["arm64"]) },
        [`${projectName}:namePrefix`]: { value: "team-extension" },
      },
    });
    const first = await stack.up();
    assert.deepEqual(first.outputs.layerVersionArns?.value, {
      "eu-west-1": { arm64: "arn:aws:lambda:eu-west-1:123456789012:layer:team-extension-arm64:1" },
    });
    await layers.build("changed");
    const second = await stack.up();
    assert.match(second.outputs.layerVersionArns?.value["eu-west-1"].arm64, /:layer:team-extension-arm64:2$/);
    await stack.destroy();
    const lambda = new LambdaClient(clientOptions(surroundings.aws, "eu-west-1"));
    const { LayerVersions } = await lambda.send(
      new ListLayerVersionsCommand({ LayerName: "team-extension-arm64" }),
    );
    assert.deepEqual(LayerVersions?.map(({ Version }) => Version).sort(), [1, 2]);
  });
});
