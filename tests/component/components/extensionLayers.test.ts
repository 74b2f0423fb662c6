import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LayerVersionPermission } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../..";
import { useBuiltLayers } from "../../deploy/provider/setup/builtLayers";
import { runMocked, valueFrom } from "../mockedStack";

const type = "aws:lambda/layerVersion:LayerVersion";
const permissionType = "aws:lambda/layerVersionPermission:LayerVersionPermission";

/** The dependencies of a value. */
async function resourcesOf(output: pulumi.Output<unknown>): Promise<ReadonlySet<pulumi.Resource>> {
  return (output as unknown as { allResources(): Promise<Set<pulumi.Resource>> }).allResources();
}

describe("ExtensionLayers", () => {
  useBuiltLayers();

  it("publishes the same zip in every region, each by its own `region`", async () => {
    const { result, resources } = await runMocked(
      () => new clickstack.ExtensionLayers("extension", { regions: ["us-east-2", "eu-west-3"] }),
    );
    assert.deepEqual(resources.names(type), [
      "extension-us-east-2-x86_64",
      "extension-us-east-2-arm64",
      "extension-eu-west-3-x86_64",
      "extension-eu-west-3-arm64",
    ]);
    const { inputs } = resources.one(type, "extension-eu-west-3-arm64");
    assert.equal(inputs.region, "eu-west-3");
    assert.equal(inputs.layerName, "clickstack-extension-arm64");
    assert.deepEqual(inputs.compatibleArchitectures, ["arm64"]);
    assert.equal(inputs.skipDestroy, undefined, "a change of it would publish a new version");
    assert.match(String(inputs.description), /sha256 [0-9a-f]{16}$/);
    assert.deepEqual(await valueFrom(result.layerVersionArns), {
      "us-east-2": {
        x86_64: "arn:aws:lambda:us-east-2:123456789012:layer:clickstack-extension-amd64:1",
        arm64: "arn:aws:lambda:us-east-2:123456789012:layer:clickstack-extension-arm64:1",
      },
      "eu-west-3": {
        x86_64: "arn:aws:lambda:eu-west-3:123456789012:layer:clickstack-extension-amd64:1",
        arm64: "arn:aws:lambda:eu-west-3:123456789012:layer:clickstack-extension-arm64:1",
      },
    });
    const manifest = await valueFrom(result.manifest);
    assert.equal(manifest?.formatVersion, 1);
    assert.equal(manifest?.layers.length, 4);
    assert.equal(manifest?.layers[3]?.sha256.slice(0, 16), String(inputs.description).slice(-16));
  });

  it("publishes chosen architectures under a name of the user's own", async () => {
    const { resources } = await runMocked(
      () =>
        new clickstack.ExtensionLayers("extension", {
          regions: ["us-east-2"],
          architectures: [clickstack.Architecture.Arm64],
          namePrefix: "team",
        }),
    );
    const { inputs } = resources.one(type);
    assert.equal(inputs.layerName, "team-arm64");
  });

  it("publishes light tracing as a separate layer on request, once for all architectures", async () => {
    const { result, resources } = await runMocked(
      () =>
        new clickstack.ExtensionLayers("extension", {
          regions: ["us-east-2"],
          architectures: [clickstack.Architecture.Arm64],
          tracing: true,
          permissions: { accountIds: ["012345678901"] },
        }),
    );
    assert.deepEqual(resources.names(type).sort(), [
      "extension-us-east-2-arm64",
      "extension-us-east-2-tracing",
    ]);
    const { inputs } = resources.one(type, "extension-us-east-2-tracing");
    assert.equal(inputs.layerName, "clickstack-tracing");
    assert.deepEqual(inputs.compatibleArchitectures, ["x86_64", "arm64"]);
    assert.ok((inputs.compatibleRuntimes as string[]).every((name) => /^(nodejs|python)/.test(name)));
    assert.equal(resources.names(permissionType).length, 2);
    const arn = "arn:aws:lambda:us-east-2:123456789012:layer:clickstack-tracing:1";
    assert.deepEqual(await valueFrom(result.tracingLayerVersionArns), { "us-east-2": arn });
    assert.deepEqual(Object.keys((await valueFrom(result.layerVersionArns))?.["us-east-2"] ?? {}), ["arm64"]);
    const manifest = await valueFrom(result.manifest);
    assert.deepEqual(
      manifest?.layers.map(({ architecture, tracing }) => [architecture, tracing]),
      [["arm64", true]],
    );
    assert.equal(manifest?.tracingLayers?.[0]?.layerVersionArn, arn);
  });

  it("allows accounts and an organization, and outputs an ARN only after they are allowed", async () => {
    const { result, resources } = await runMocked(
      () =>
        new clickstack.ExtensionLayers("extension", {
          regions: ["us-east-2"],
          architectures: [clickstack.Architecture.Arm64],
          permissions: {
            accountIds: ["012345678901"],
            organizationId: pulumi.output("o-a1b2c3d4e5"),
          },
        }),
    );
    assert.deepEqual(resources.names(permissionType), [
      "extension-us-east-2-arm64-account-012345678901",
      "extension-us-east-2-arm64-organization",
    ]);
    const { inputs } = resources.one(permissionType, "extension-us-east-2-arm64-organization");
    assert.deepEqual(inputs, {
      region: "us-east-2",
      layerName: "clickstack-extension-arm64",
      versionNumber: 1,
      statementId: "organization",
      action: "lambda:GetLayerVersion",
      principal: "*",
      organizationId: "o-a1b2c3d4e5",
    });
    assert.match((await valueFrom(result.layerVersionArns))?.["us-east-2"]?.arm64 ?? "", /:1$/);
    const waitedFor = await resourcesOf(result.layerVersionArns);
    assert.ok([...waitedFor].some((resource) => resource instanceof LayerVersionPermission));
  });

  it("allows everybody by one statement", async () => {
    const { resources } = await runMocked(
      () =>
        new clickstack.ExtensionLayers("extension", {
          regions: ["us-east-2"],
          architectures: [clickstack.Architecture.Arm64],
          permissions: { public: true },
        }),
    );
    const { inputs } = resources.one(permissionType);
    assert.deepEqual([inputs.statementId, inputs.principal], ["public", "*"]);
  });

  it("refuses an organization that turns out to be none", async () => {
    await assert.rejects(
      runMocked(
        () =>
          new clickstack.ExtensionLayers("extension", {
            regions: ["us-east-2"],
            permissions: { organizationId: pulumi.output("acme") },
          }),
      ),
      /permissions\.organizationId: "acme" is not the ID of an AWS organization/,
    );
  });

  it("names every wrong region at once and creates nothing", async () => {
    await assert.rejects(
      runMocked(() => new clickstack.ExtensionLayers("extension", { regions: ["us-esat-2", "mars"] })),
      (error: Error) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          error.errors?.map(({ propertyPath }) => propertyPath),
          ["regions[0]", "regions[1]"],
        );
        return true;
      },
    );
  });

  it("says how to build the layers if they are missing", async () => {
    const built = process.env.CLICKSTACK_LAYERS_DIRECTORY;
    const empty = mkdtempSync(join(tmpdir(), "no-layers-test-"));
    process.env.CLICKSTACK_LAYERS_DIRECTORY = empty;
    try {
      await assert.rejects(
        runMocked(() => new clickstack.ExtensionLayers("extension", { regions: ["us-east-2"] })),
        /npm run layers:build/,
      );
    } finally {
      process.env.CLICKSTACK_LAYERS_DIRECTORY = built;
      rmSync(empty, { recursive: true });
    }
  });
});
