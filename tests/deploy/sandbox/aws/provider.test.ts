import assert from "node:assert/strict";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient, ListLayersCommand } from "@aws-sdk/client-lambda";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { changes, region, trustPolicy, useSurroundings } from "../../surroundings";

describe("the provider of the embedded AWS", () => {
  const surroundings = useSurroundings();
  const code = new pulumi.asset.AssetArchive({
    "extensions/one": new pulumi.asset.StringAsset("#!/bin/sh\n"),
  });

  it("creates resources in several regions by their `region`, and replaces them when it changes", async () => {
    let regions = ["us-east-2", "eu-north-1", "sa-east-1"];
    const program = async () =>
      Object.fromEntries(
        regions.map((name, i) => {
          const layer = new aws.lambda.LayerVersion(`layer-${i}`, {
            layerName: "regional",
            code,
            region: name,
          });
          return [`arn${i}`, pulumi.all([layer.arn, layer.region]).apply((values) => values.join(" "))];
        }),
      );
    const stack = await surroundings.stack({ program });
    const up = await stack.up();
    const found = regions.map((name, i) => up.outputs[`arn${i}`]?.value === `${arnIn(name)} ${name}`);
    assert.deepEqual(found, [true, true, true], JSON.stringify(up.outputs));
    assert.deepEqual(changes(await stack.up()), {});
    regions = ["us-east-2", "eu-north-1", "ap-south-1"];
    const moved = await stack.up();
    assert.deepEqual(changes(moved), { replace: 1 });
    assert.equal(moved.outputs.arn2?.value, `${arnIn("ap-south-1")} ap-south-1`);
    const left = new LambdaClient(clientOptions(surroundings.aws, "sa-east-1"));
    assert.deepEqual((await left.send(new ListLayersCommand({}))).Layers, []);
    await stack.destroy();
  });

  it("takes its settings from an explicit provider, default tags included", async () => {
    const { endpoint, credentials } = surroundings.aws;
    const program = async () => {
      const provider = new aws.Provider("explicit", {
        region: "eu-west-3",
        accessKey: credentials.accessKeyId,
        secretKey: credentials.secretAccessKey,
        skipCredentialsValidation: true,
        skipRequestingAccountId: true,
        skipMetadataApiCheck: true,
        endpoints: [{ lambda: endpoint, iam: endpoint, sts: endpoint, logs: endpoint }],
        defaultTags: { tags: { team: "a", stage: "test" } },
      });
      const group = new aws.cloudwatch.LogGroup("group", { tags: { stage: "own" } }, { provider });
      const here = aws.getRegionOutput({}, { provider });
      const who = aws.getCallerIdentityOutput({}, { provider });
      return {
        region: group.region,
        tags: group.tags,
        tagsAll: group.tagsAll,
        here: here.region,
        who: who.accountId,
      };
    };
    const stack = await surroundings.stack({ program, config: {} });
    const { outputs } = await stack.up();
    assert.deepEqual(Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value])), {
      region: "eu-west-3",
      tags: { stage: "own" },
      tagsAll: { team: "a", stage: "own" },
      here: "eu-west-3",
      who: "123456789012",
    });
    assert.deepEqual(changes(await stack.up()), {});
    assert.deepEqual(changes(await stack.refresh()), {});
    await stack.destroy();
  });

  it("replaces by name: creates first if it generated the name, deletes first if the program set it", async () => {
    let path = "/one/";
    const program = async () => {
      const given = new aws.iam.Role("given", { name: "given-name", path, assumeRolePolicy: trustPolicy });
      const made = new aws.iam.Role("made", { path, assumeRolePolicy: trustPolicy });
      return { given: given.name, made: made.name };
    };
    const stack = await surroundings.stack({ program });
    const before = await stack.up();
    path = "/two/";
    const after = await stack.up();
    assert.deepEqual(changes(after), { replace: 2 });
    assert.equal(after.outputs.given?.value, "given-name");
    assert.notEqual(after.outputs.made?.value, before.outputs.made?.value);
    await stack.destroy();
  });

  it("imports by id", async () => {
    const logs = new CloudWatchLogsClient(clientOptions(surroundings.aws, region));
    await logs.send(new CreateLogGroupCommand({ logGroupName: "found", tags: { by: "hand" } }));
    const program = async () => {
      new aws.cloudwatch.LogGroup("group", { name: "found", tags: { by: "hand" } }, { import: "found" });
    };
    const stack = await surroundings.stack({ program });
    assert.deepEqual(changes(await stack.up()), { create: 1, import: 1 });
    assert.deepEqual(changes(await stack.up()), {});
    await stack.destroy();
  });

  it("shows unknown values as unknown at preview, and known values", async () => {
    const program = async () => {
      const role = new aws.iam.Role("role", { name: "known", assumeRolePolicy: trustPolicy });
      return { name: role.name, arn: role.arn };
    };
    const stack = await surroundings.stack({ program });
    const { stdout } = await stack.preview();
    assert.match(stdout, /name: "known"/);
    assert.match(stdout, /arn *: (output<string>|\[unknown\])/);
  });

  it("refuses an input that it would not honour, with its path", async () => {
    const program = async () => {
      new aws.iam.Role("role", { assumeRolePolicy: trustPolicy, colour: "red" } as aws.iam.RoleArgs);
      // The SDK passes only known inputs: here, an input that the real provider has and this one lacks.
      new aws.lambda.LayerVersion("layer", { layerName: "x", code, region });
      new aws.lambda.Function("function", { role: "r", codeSigningConfigArn: "arn:x" });
    };
    const stack = await surroundings.stack({ program });
    await assert.rejects(
      stack.preview(),
      /the embedded AWS does not know the input "codeSigningConfigArn" of aws:lambda/,
    );
  });
});

function arnIn(name: string): string {
  return `arn:aws:lambda:${name}:123456789012:layer:regional:1`;
}
