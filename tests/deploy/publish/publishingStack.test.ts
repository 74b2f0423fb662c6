import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LambdaClient, ListLayerVersionsCommand } from "@aws-sdk/client-lambda";
import { commercialRegions, defaultRegions } from "../../../provider/plan/aws/regions";
import publishLayers from "../../../publish/stack";
import { clientOptions } from "../../../sandbox/aws/embeddedAws";
import { useBuiltLayers } from "../provider/setup/builtLayers";
import { changes, useSurroundings } from "../surroundings";

const projectName = "clickstack-lambda-layers";

describe("the layer publishing stack", () => {
  const surroundings = useSurroundings();
  const layers = useBuiltLayers();
  const configured = (config: Record<string, unknown>) => ({
    "aws:region": { value: "us-east-2" },
    ...Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        `${projectName}:${key}`,
        { value: typeof value === "string" ? value : JSON.stringify(value) },
      ]),
    ),
  });

  it("is what Pulumi.yaml runs", () => {
    const project = readFileSync(join(__dirname, "../../../Pulumi.yaml"), "utf8");
    assert.match(project, new RegExp(`^name: ${projectName}$`, "m"));
    assert.match(project, /^main: publish\/stack\.ts$/m);
  });

  it("publishes what was built in every commercial region of the account, once, and reports the others", async () => {
    const stack = await surroundings.stack({ projectName, program: publishLayers });
    const { outputs, summary, stdout } = await stack.up();
    const published = Object.keys(outputs.layerVersionArns?.value);
    const skipped: string[] = outputs.skippedRegions?.value;
    assert.deepEqual([...published, ...skipped].sort(), commercialRegions);
    for (const region of defaultRegions) assert.ok(published.includes(region), region);
    assert.ok(skipped.includes("me-central-1"), "the embedded account has not enabled it");
    assert.match(stdout, /Nothing is published in .*me-central-1.*the account has not enabled them/);
    const manifest = outputs.manifest?.value;
    assert.equal(manifest.formatVersion, 1);
    assert.equal(manifest.layers.length, 2 * published.length);
    assert.equal(new Set(manifest.layers.map(({ sha256 }: { sha256: string }) => sha256)).size, 2);
    // The stack, the component and the versions.
    assert.equal(summary.resourceChanges?.create, 2 + 2 * published.length);
    assert.deepEqual(changes(await stack.up()), {});
    await stack.destroy();
  });

  it("takes its arguments from configuration and keeps versions that functions may use", async () => {
    const stack = await surroundings.stack({
      projectName,
      program: publishLayers,
      config: configured({
        regions: ["eu-west-1", "me-central-1"],
        architectures: ["arm64"],
        namePrefix: "team-extension",
        // As `pulumi config set --path` stores an account.
        permissions: { accountIds: [12345678901] },
      }),
    });
    const first = await stack.up();
    assert.deepEqual(first.outputs.layerVersionArns?.value, {
      "eu-west-1": { arm64: "arn:aws:lambda:eu-west-1:123456789012:layer:team-extension-arm64:1" },
    });
    assert.deepEqual(first.outputs.skippedRegions?.value, ["me-central-1"]);
    assert.equal(first.summary.resourceChanges?.create, 4);
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

  const wrong: Record<string, [Record<string, unknown>, RegExp]> = {
    "a region that is none": [
      { regions: ["us-esat-2"], additionalRegions: ["mars"] },
      /configuration is not valid:\s+- regions\[0\]: "us-esat-2" is not an AWS region\. Did you mean us-east-2\?\s+- additionalRegions\[0\]: "mars"/,
    ],
    "regions that the account has not": [
      { regions: ["me-central-1"] },
      /none of me-central-1 is enabled in the account; it has .*us-east-1/,
    ],
    "a text in place of a list": [
      { regions: '"eu-west-1"' },
      /"regions" must be a list.*pulumi config set --path 'regions\[0\]'/,
    ],
  };
  for (const [what, [config, expected]] of Object.entries(wrong)) {
    it(`refuses ${what} and shows no stack trace`, async () => {
      const stack = await surroundings.stack({
        projectName,
        program: publishLayers,
        config: configured(config),
      });
      await assert.rejects(stack.preview(), (error: Error) => {
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /stack\.ts:\d+/);
        return true;
      });
    });
  }
});
