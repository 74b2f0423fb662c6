import assert from "node:assert/strict";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { CloudWatchLogs, ExtensionLayers, observeStack } from "../../../../index";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { isAllowed } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { changes, region, trustPolicy, useSurroundings } from "../../surroundings";
import { useBuiltLayers } from "../setup/builtLayers";
import { useOtlpSink } from "../setup/otlpSink";
import { plainCode } from "../setup/plainFunction";

const basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
const regions = { near: region, far: "eu-west-3" };

describe("observeStack with functions of two providers", () => {
  const surroundings = useSurroundings();
  useBuiltLayers(["x86_64"]);
  const sink = useOtlpSink();

  it("denies logs once delivery is confirmed, and keeps them with a retention, each in its region", async () => {
    let cloudWatchLogs = CloudWatchLogs.Disable;
    const program = async () => {
      const layers = new ExtensionLayers("extension", { regions: Object.values(regions) });
      observeStack({
        extension: { layerVersionArns: layers.layerVersionArns },
        endpoint: sink.url,
        ingestionKey: pulumi.secret("hush"),
        cloudWatchLogs,
        requireDelivery: cloudWatchLogs === CloudWatchLogs.Disable,
        logRetentionInDays: 7,
      });
      const role = new Role("role", { assumeRolePolicy: trustPolicy, managedPolicyArns: [basic] });
      const inputs = {
        runtime: "nodejs22.x",
        handler: "index.handler",
        code: plainCode(),
        role: role.arn,
      };
      const paris = new Provider("paris", { region: regions.far });
      return {
        near: new LambdaFunction("near", inputs).arn,
        far: new LambdaFunction("far", inputs, { provider: paris }).arn,
        role: role.arn,
      };
    };
    const stack = await surroundings.stack({ program });

    /** For each function: the region of its layer, whether it may log, and the retention of its log group. */
    const read = async (outputs: pulumi.automation.OutputMap) =>
      Promise.all(
        Object.entries(regions).map(async ([name, where]) => {
          const options = clientOptions(surroundings.aws, where);
          const command = new GetFunctionCommand({ FunctionName: outputs[name]?.value });
          const { Configuration: found } = await new LambdaClient(options).send(command);
          const group = found?.LoggingConfig?.LogGroup ?? "";
          const policies = await rolePolicies(surroundings.aws, outputs.role?.value);
          const resource = `arn:aws:logs:${where}:123456789012:log-group:${group}`;
          const { logGroups = [] } = await new CloudWatchLogsClient(options).send(
            new DescribeLogGroupsCommand({ logGroupNamePrefix: group }),
          );
          return {
            name,
            layer: found?.Layers?.[0]?.Arn?.split(":")[3],
            group: group.replace(/-[^-]*$/, ""),
            mayLog: isAllowed(policies, { action: "logs:PutLogEvents", resource: `${resource}:x` }),
            retention: logGroups.map(({ retentionInDays }) => retentionInDays),
          };
        }),
      );
    const expected = (mayLog: boolean) =>
      Object.entries(regions).map(([name, layer]) => {
        return { name, layer, group: `/aws/lambda/${name}`, mayLog, retention: [7] };
      });

    sink.status = 401;
    await assert.rejects(
      stack.up(),
      /"this stack", requireDelivery: logs stay in CloudWatch.*refused the key/s,
    );
    const made = (await stack.exportStack()).deployment as { resources?: { type: string }[] };
    const types = (made.resources ?? []).map(({ type }) => type);
    assert.ok(types.includes("aws:iam/role:Role"), "what does not wait for ClickStack is there");
    assert.ok(!types.includes("aws:lambda/function:Function"), "no function before delivery is confirmed");

    sink.status = 200;
    sink.requests.length = 0;
    assert.deepEqual(await read((await stack.up()).outputs), expected(false));
    assert.deepEqual(
      sink.requests.map(({ headers }) => headers.authorization),
      ["hush"],
      "one record for the whole stack",
    );

    cloudWatchLogs = CloudWatchLogs.Keep;
    const kept = await stack.up();
    assert.deepEqual(await read(kept.outputs), expected(true));
    assert.deepEqual(changes(kept), { delete: 2 });
    assert.deepEqual(changes(await stack.up()), {});
  });
});
