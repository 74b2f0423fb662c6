import assert from "node:assert/strict";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { Secret, SecretVersion } from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../../../index";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { isAllowed } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { changes, region, useSurroundings } from "../../surroundings";
import { useBuiltLayers } from "../setup/builtLayers";
import { RemoteExtensionLayers, RemoteObservedFunction } from "../setup/remoteComponents";
import { storedState } from "../setup/storedState";

const code = new pulumi.asset.AssetArchive({
  "index.js": new pulumi.asset.StringAsset("exports.handler = async () => 1;\n"),
});
const ways = {
  imported: { Layers: clickstack.ExtensionLayers, Observed: clickstack.ObservedFunction },
  "through the plugin": { Layers: RemoteExtensionLayers, Observed: RemoteObservedFunction },
};

describe("a deployed ObservedFunction", () => {
  const surroundings = useSurroundings();
  const layers = useBuiltLayers();

  for (const [way, { Layers, Observed }] of Object.entries(ways)) {
    it(`${way}: up, nothing to do, update, new layers, destroy`, async () => {
      await layers.build("first");
      let timeout = 5;
      const program = async () => {
        const published = new Layers("extension", { regions: [region, "eu-west-3"], retain: false });
        const secret = new Secret("key");
        const key = new SecretVersion("key", { secretId: secret.id, secretString: pulumi.secret("hush") });
        const observed = new Observed("orders", {
          runtime: "nodejs22.x",
          handler: "index.handler",
          code,
          timeout,
          architectures: ["arm64"],
          environment: { variables: { TABLE: "orders", PASSWORD: pulumi.secret("hush") } },
          extension: { layerVersionArns: published.layerVersionArns },
          endpoint: "http://127.0.0.1:4318",
          authorization: key.arn,
          cloudWatchLogs: clickstack.CloudWatchLogs.Disable,
        });
        return {
          arn: observed.functionArn,
          names: observed.environmentVariableNames,
          layerArns: observed.layerArns,
          roleName: observed.roleName,
          secretArn: key.arn,
        };
      };
      const stack = await surroundings.stack({ program });
      const preview = await stack.preview();
      assert.ok((preview.changeSummary.create ?? 0) >= 9, JSON.stringify(preview.changeSummary));
      const { outputs } = await stack.up();
      assert.deepEqual(outputs.names?.value, [
        "PASSWORD",
        "ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS",
        "ROTEL_OTLP_EXPORTER_ENDPOINT",
        "ROTEL_OTLP_EXPORTER_PROTOCOL",
        "TABLE",
      ]);
      const lambda = new LambdaClient(clientOptions(surroundings.aws, region));
      const read = async () =>
        (await lambda.send(new GetFunctionCommand({ FunctionName: outputs.arn?.value }))).Configuration;
      const deployed = await read();
      assert.equal(deployed?.Environment?.Variables?.PASSWORD, "hush");
      assert.equal(
        deployed?.Environment?.Variables?.ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS,
        `Authorization=\${${outputs.secretArn?.value}}`,
      );
      const [layerArn] = outputs.layerArns?.value ?? [];
      assert.match(layerArn, /^arn:aws:lambda:us-east-2:123456789012:layer:clickstack-extension-arm64:\d+$/);
      assert.deepEqual(
        deployed?.Layers?.map(({ Arn }) => Arn),
        [layerArn],
      );

      const policies = await rolePolicies(surroundings.aws, deployed?.Role ?? "");
      const allowed = (action: string, resource: string) => isAllowed(policies, { action, resource });
      assert.ok(allowed("secretsmanager:GetSecretValue", outputs.secretArn?.value));
      assert.ok(!allowed("secretsmanager:GetSecretValue", `${outputs.secretArn?.value}x`));
      const group = `arn:aws:logs:${region}:123456789012:log-group:/aws/lambda/${deployed?.FunctionName}`;
      assert.ok(!allowed("logs:CreateLogStream", group));

      assert.deepEqual(changes(await stack.up()), {});
      const state = storedState(surroundings.engine, stack.name);
      assert.ok(state.includes("aws:lambda/function:Function") && !state.includes("hush"));

      timeout = 20;
      // Only the function: the component keeps no copy of the function's own arguments.
      assert.deepEqual(changes(await stack.up()), { update: 1 });
      assert.equal((await read())?.Timeout, 20);

      await layers.build("second");
      const renewed = await stack.up();
      assert.deepEqual(changes(renewed), { replace: 4, update: 2 });
      const next = layerArn.replace(/\d+$/, (version: string) => String(Number(version) + 1));
      assert.equal((await read())?.Layers?.[0]?.Arn, next);
      assert.deepEqual(changes(await stack.refresh()), {});

      await stack.destroy();
      await assert.rejects(read(), { name: "ResourceNotFoundException" });
    });
  }
});
