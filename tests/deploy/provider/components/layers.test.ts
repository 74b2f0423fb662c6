import assert from "node:assert/strict";
import { join } from "node:path";
import { GetLayerVersionPolicyCommand, LambdaClient, ListLayerVersionsCommand } from "@aws-sdk/client-lambda";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../../../index";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { withInstalledSdk } from "../../../examples/installedSdk";
import { changes, region, trustPolicy, useSurroundings } from "../../surroundings";
import { useBuiltLayers } from "../setup/builtLayers";
import { RemoteExtensionLayers } from "../setup/remoteComponents";

const ways = { imported: clickstack.ExtensionLayers, "through the plugin": RemoteExtensionLayers };

describe("deployed ExtensionLayers", () => {
  const surroundings = useSurroundings();
  const layers = useBuiltLayers(["x86_64"]);

  const lambda = () => new LambdaClient(clientOptions(surroundings.aws, region));
  async function versionsOf(LayerName: string): Promise<number[]> {
    const { LayerVersions = [] } = await lambda().send(new ListLayerVersionsCommand({ LayerName }));
    return LayerVersions.map(({ Version = 0 }) => Version).sort();
  }
  async function principalsOf(LayerName: string, VersionNumber: number): Promise<string[]> {
    const command = new GetLayerVersionPolicyCommand({ LayerName, VersionNumber });
    const { Policy } = await lambda().send(command);
    const { Statement } = JSON.parse(Policy ?? "{}") as { Statement: { Sid: string }[] };
    return Statement.map(({ Sid }) => Sid).sort();
  }

  for (const [way, Layers] of Object.entries(ways)) {
    it(`${way}: up, same, a changed byte, refresh, permissions, destroy`, async () => {
      const namePrefix = way === "imported" ? "imported" : "remote";
      const layerName = `${namePrefix}-amd64`;
      let permissions: clickstack.LayerPermissionsArgs | undefined;
      let retain: boolean | undefined;
      const program = async () => {
        const { layerVersionArns } = new Layers("extension", {
          regions: [region, "eu-west-3"],
          namePrefix,
          permissions,
          retain,
        });
        const using = new LambdaFunction("using", {
          runtime: "nodejs22.x",
          handler: "index.handler",
          role: new Role("using", { assumeRolePolicy: trustPolicy }).arn,
          code: new pulumi.asset.AssetArchive({
            "index.js": new pulumi.asset.StringAsset("exports.handler = async () => 1;\n"),
          }),
          layers: [layerVersionArns.apply((arns) => arns[region]?.x86_64 ?? "")],
        });
        return { layers: using.layers };
      };
      await layers.build("one byte: a");
      const stack = await surroundings.stack({ program });
      const versionIn = (outputs: pulumi.automation.OutputMap) =>
        Number(outputs.layers?.value[0].split(":").pop());
      assert.equal(versionIn((await stack.up()).outputs), 1);
      assert.deepEqual(changes(await stack.up()), {});

      await layers.build("one byte: b");
      const second = await stack.up();
      assert.deepEqual(
        changes(second),
        { replace: 2, update: 1 },
        "the versions, and the function in one go",
      );
      assert.equal(versionIn(second.outputs), 2);
      assert.deepEqual(await versionsOf(layerName), [1, 2], "functions elsewhere may still use the first");
      assert.deepEqual(changes(await stack.refresh()), {});

      permissions = { accountIds: ["210987654321"], organizationId: "o-a1b2c3d4e5" };
      // Two statements in two regions; a change of the component's own arguments is also an update through the plugin.
      assert.deepEqual(changes(await stack.up()), { create: 4, update: 1 });
      assert.deepEqual(await principalsOf(layerName, 2), ["account-210987654321", "organization"]);
      assert.deepEqual(changes(await stack.up()), {});

      // Retained versions keep their permissions.
      await layers.build("one byte: c");
      assert.equal(versionIn((await stack.up()).outputs), 3);
      assert.deepEqual(await principalsOf(layerName, 2), ["account-210987654321", "organization"]);

      retain = false;
      assert.equal(changes(await stack.up()).replace, undefined, "no new version for it");
      await stack.destroy();
      assert.deepEqual(await versionsOf(layerName), [1, 2], "the stack's last version is gone with it");
    });
  }

  it("in Python: up, same, permissions, update, refresh, destroy", async () => {
    const script = join(__dirname, "layers.py");
    const args = [
      await layers.buildApart("python: a"),
      await layers.buildApart("python: b"),
      await layers.buildApart("python: c"),
    ];
    const { stdout } = await withInstalledSdk((environment) =>
      surroundings.engine.runPython({ script, args, environment }),
    );
    const found = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.deepEqual(
      found.arns.map((arns: Record<string, Record<string, string>>) => arns[region]?.x86_64),
      [1, 2, 3].map((version) => `arn:aws:lambda:us-east-2:123456789012:layer:python-amd64:${version}`),
      stdout,
    );
    assert.equal(found.manifest.layers.length, 2);
    assert.deepEqual(found.same, {});
    assert.deepEqual(found.permitted, { create: 6, update: 1 });
    assert.deepEqual(found.refreshed, {});
    assert.match(found.wrong, /permissions\.accountIds\[0\].*"42" is not an AWS account/s);
    assert.deepEqual(
      await versionsOf("python-amd64"),
      [1],
      "retained when it was replaced; the others were not",
    );
    const principals = ["account-012345678901", "account-210987654321", "organization"];
    assert.deepEqual(await principalsOf("python-amd64", 1), principals);
  });
});
