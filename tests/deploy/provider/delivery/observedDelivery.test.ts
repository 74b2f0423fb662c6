import assert from "node:assert/strict";
import { Role, RolePolicyAttachment } from "@pulumi/aws/iam";
import { Secret, SecretVersion } from "@pulumi/aws/secretsmanager";
import { Parameter } from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import { CloudWatchLogs, ObservedFunction } from "../../../../index";
import { isAllowed } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { decodeRequest } from "../../../../sandbox/clickhouse/otlp/codec";
import { region, trustPolicy, useSurroundings } from "../../surroundings";
import { useBuiltLayers } from "../setup/builtLayers";
import { useOtlpSink } from "../setup/otlpSink";
import { plainCode } from "../setup/plainFunction";
import { RemoteExtensionLayers, RemoteObservedFunction } from "../setup/remoteComponents";

const code = plainCode();
const basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

describe("logs that are only denied once delivery is confirmed", () => {
  const surroundings = useSurroundings();
  useBuiltLayers(["x86_64"]);
  const sink = useOtlpSink();

  for (const [way, Observed] of Object.entries({
    imported: ObservedFunction,
    plugin: RemoteObservedFunction,
  })) {
    it(`${way}: stay while ClickStack refuses, go when it takes a record, and come back`, async () => {
      let cloudWatchLogs = CloudWatchLogs.Disable;
      const program = async () => {
        const role = new Role("shared", { assumeRolePolicy: trustPolicy });
        new RolePolicyAttachment("basic", { role: role.name, policyArn: basic });
        const secret = new Secret("key");
        const key = new SecretVersion("key", {
          secretId: secret.id,
          secretString: pulumi.secret('{"key":"Bearer hush"}'),
        });
        const tenant = new Parameter("tenant", { name: "/team/tenant", type: "String", value: "orders" });
        const layers = new RemoteExtensionLayers("extension", { regions: [region] });
        const disable = cloudWatchLogs === CloudWatchLogs.Disable;
        const observed = new Observed("orders", {
          runtime: "nodejs22.x",
          handler: "index.handler",
          name: `orders-${way}`,
          code,
          role: role.arn,
          extension: { layerVersionArns: layers.layerVersionArns },
          endpoint: sink.url,
          authorization: pulumi.interpolate`${key.arn}#key`,
          headers: { "x-tenant": pulumi.interpolate`\${${tenant.arn}}` },
          cloudWatchLogs,
          ...(disable ? { requireDelivery: true } : {}),
        });
        return { role: role.arn, name: observed.functionName };
      };
      const stack = await surroundings.stack({ program });
      await stack.preview();
      assert.equal(sink.requests.length, 0, "a preview sends nothing");

      sink.status = 401;
      await assert.rejects(stack.up(), (error: Error) => {
        const message = error.message.replace(/\s+/g, " ");
        assert.match(message, /"orders", requireDelivery: logs stay in CloudWatch/);
        assert.match(message, /refused the key \(HTTP status 401\): not today\. Fix the endpoint/);
        assert.ok(!message.includes("hush"), message);
        return true;
      });
      const group = `arn:aws:logs:${region}:123456789012:log-group:/aws/lambda/orders-${way}`;
      const mayLog = async () => {
        const role = (await stack.exportStack()).deployment.resources.find(
          ({ type }: { type: string }) => type === "aws:iam/role:Role",
        );
        const policies = await rolePolicies(surroundings.aws, role.outputs.arn);
        return isAllowed(policies, { action: "logs:CreateLogStream", resource: group });
      };
      assert.equal(await mayLog(), true);

      sink.status = 200;
      sink.requests.length = 0;
      await stack.up();
      assert.equal(await mayLog(), false);
      const [request] = sink.requests;
      assert.equal(sink.requests.length, 1);
      assert.equal(request?.path, "/v1/logs");
      assert.equal(request?.headers.authorization, "Bearer hush");
      assert.equal(request?.headers["x-tenant"], "orders");
      const [sent] = decodeRequest("logs", "protobuf", request?.body ?? Buffer.alloc(0)).resourceLogs;
      assert.match(sent?.scopeLogs[0]?.logRecords[0]?.body?.stringValue ?? "", /logs of orders arrive/);

      sink.status = 503;
      await assert.rejects(stack.up(), /refused the log record \(HTTP status 503\)/);
      assert.equal(await mayLog(), false, "what was confirmed once is kept");

      cloudWatchLogs = CloudWatchLogs.Keep;
      await stack.up();
      assert.equal(await mayLog(), true);
      await stack.destroy();
    });
  }
});
