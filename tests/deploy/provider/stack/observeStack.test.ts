import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { Role } from "@pulumi/aws/iam";
import {
  CallbackFunction,
  type FunctionArgs,
  Function as LambdaFunction,
  LayerVersion,
} from "@pulumi/aws/lambda";
import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../../../index";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { isAllowed } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { changes, region, trustPolicy, useSurroundings } from "../../surroundings";
import { useBuiltLayers } from "../setup/builtLayers";

const basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
const code = new pulumi.asset.AssetArchive({
  "index.js": new pulumi.asset.StringAsset("exports.handler = async () => 1;\n"),
});
const secret = "arn:aws:secretsmanager:us-east-2:123456789012:secret:key-a1B2c3";

const { dependencies } = JSON.parse(
  readFileSync(join(__dirname, "..", "..", "..", "..", "package.json"), "utf8"),
) as { dependencies: Record<string, string> };

/** A user's component that contains a function. */
class Api extends pulumi.ComponentResource {
  public readonly handler: LambdaFunction;
  constructor(name: string, role: pulumi.Input<string>) {
    super("test:index:Api", name);
    const inputs = { runtime: "python3.12", handler: "main.handler", code, role };
    this.handler = new LambdaFunction("handler", inputs, { parent: this });
  }
}

describe("observeStack", () => {
  const surroundings = useSurroundings();
  useBuiltLayers(["x86_64", "arm64"]);

  function program(options: Partial<clickstack.ObserveStackArgs>, timeout = 3) {
    return async () => {
      const layers = new clickstack.ExtensionLayers("extension", { regions: [region] });
      clickstack.observeStack({
        extension: { layerVersionArns: layers.layerVersionArns },
        endpoint: "https://clickstack.example.com:4318",
        authorization: secret,
        ...options,
      });
      const role = new Role("role", { assumeRolePolicy: trustPolicy, managedPolicyArns: [basic] });
      const environment = { variables: { TABLE: "orders", PASSWORD: pulumi.secret("hush") } };
      const plain = { runtime: "nodejs22.x", handler: "index.handler", code, role: role.arn, timeout };
      const orders = new LambdaFunction("orders", { ...plain, architectures: ["arm64"], environment });
      const health = new LambdaFunction("health", { ...plain, tags: { observe: "no" } });
      const callback = new CallbackFunction("callback", {
        callback: async () => 1,
        runtime: "nodejs22.x",
        timeout,
        // Otherwise the code would include all dependencies of this package, packed at each operation.
        codePathOptions: { extraExcludePackages: Object.keys(dependencies) },
      });
      const api = new Api("api", role.arn);
      const observed = new clickstack.ObservedFunction("observed", {
        ...plain,
        extension: { layerVersionArns: layers.layerVersionArns },
      });
      return {
        orders: orders.arn,
        health: health.arn,
        callback: callback.arn,
        api: api.handler.arn,
        observed: observed.functionArn,
        role: role.arn,
      };
    };
  }

  it("observes functions of every kind, and only the selected ones", async () => {
    const exclude = { tags: { observe: "no" } };
    const cloudWatchLogs = clickstack.CloudWatchLogs.Disable;
    const stack = await surroundings.stack({ program: program({ exclude, cloudWatchLogs }) });
    const { outputs } = await stack.up();
    const lambda = new LambdaClient(clientOptions(surroundings.aws, region));
    const read = async (key: string) =>
      (await lambda.send(new GetFunctionCommand({ FunctionName: outputs[key]?.value }))).Configuration;

    const orders = await read("orders");
    assert.match(orders?.Layers?.[0]?.Arn ?? "", /clickstack-extension-arm64:\d+$/);
    const variables = orders?.Environment?.Variables ?? {};
    assert.equal(variables.PASSWORD, "hush");
    assert.equal(variables.ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS, `Authorization=\${${secret}}`);
    for (const key of ["callback", "api"]) {
      const other = await read(key);
      assert.equal(other?.Layers?.length, 1, key);
      assert.ok(other?.Environment?.Variables?.ROTEL_OTLP_EXPORTER_ENDPOINT, key);
    }
    assert.equal((await read("health"))?.Layers?.length ?? 0, 0);
    assert.equal((await read("observed"))?.Environment, undefined, "an ObservedFunction is what it says");

    const policies = await rolePolicies(surroundings.aws, outputs.role?.value);
    const group = async (key: string) => {
      const found = await read(key);
      const name = found?.LoggingConfig?.LogGroup ?? `/aws/lambda/${found?.FunctionName}`;
      return `arn:aws:logs:${region}:123456789012:log-group:${name}`;
    };
    const may = (action: string, resource: string) => isAllowed(policies, { action, resource });
    assert.equal(may("secretsmanager:GetSecretValue", secret), true);
    assert.equal(may("logs:CreateLogStream", await group("orders")), false);
    assert.equal(may("logs:CreateLogStream", await group("api")), false);
    assert.equal(may("logs:CreateLogStream", await group("health")), true);

    assert.deepEqual(changes(await stack.up()), {});
    assert.deepEqual(changes(await stack.refresh()), {});
    const update = await surroundings.stack({
      stackName: stack.name,
      program: program({ exclude, cloudWatchLogs }, 5),
    });
    // Three functions, and the one of the ObservedFunction.
    assert.deepEqual(changes(await update.up()), { update: 4 });
    await update.destroy();
  });

  it("turns a function back into a plain one when it is not observed any more", async () => {
    const stack = await surroundings.stack({ program: program({}) });
    await stack.up();
    const none = await surroundings.stack({ stackName: stack.name, program: program({ include: {} }) });
    const { outputs } = await none.up();
    const lambda = new LambdaClient(clientOptions(surroundings.aws, region));
    const orders = await lambda.send(new GetFunctionCommand({ FunctionName: outputs.orders?.value }));
    assert.deepEqual(Object.keys(orders.Configuration?.Environment?.Variables ?? {}).sort(), [
      "PASSWORD",
      "TABLE",
    ]);
    assert.equal(orders.Configuration?.Layers?.length ?? 0, 0);
    await none.destroy();
  });

  it("says at preview which function cannot be observed and why", async () => {
    const stack = await surroundings.stack({ program: program({}, 1) });
    await assert.rejects(stack.preview(), (error: Error) => {
      assert.match(error.message, /The arguments of "(orders|health|callback|handler)" are not valid/);
      assert.match(error.message, /timeout: is 1 s; an observed function needs at least 2 s/);
      return true;
    });
  });

  it("lets a function with a name of its own be replaced", async () => {
    const image = `123456789012.dkr.ecr.${region}.amazonaws.com/named:1`;
    const named = (inputs: Partial<FunctionArgs>) => async () => {
      const { arn: layerVersionArn } = new LayerVersion("named", { layerName: "named", code });
      clickstack.observeStack({ extension: { layerVersionArn } });
      const role = new Role("named", { assumeRolePolicy: trustPolicy });
      new LambdaFunction("named", { role: role.arn, name: "named", ...inputs });
    };
    const stack = await surroundings.stack({ program: named({ packageType: "Image", imageUri: image }) });
    await stack.up();
    const zip = named({ runtime: "nodejs22.x", handler: "index.handler", code });
    const update = await surroundings.stack({ stackName: stack.name, program: zip });
    assert.deepEqual(changes(await update.up()), { replace: 1 });
    await update.destroy();
  });

  it("denies exactly the function's log group whatever names are configured, and stores keys by its provider", async () => {
    const stack = await surroundings.stack({
      program: async () => {
        const provider = new Provider("own", { region: "eu-west-3" });
        const { arn: layerVersionArn } = new LayerVersion(
          "verbatim",
          { layerName: "verbatim", code },
          { provider },
        );
        const cloudWatchLogs = clickstack.CloudWatchLogs.Disable;
        const ingestionKey = pulumi.secret("hush");
        clickstack.observeStack(
          { extension: { layerVersionArn }, ingestionKey, cloudWatchLogs },
          { provider },
        );
        const role = new Role("verbatim", { assumeRolePolicy: trustPolicy }, { provider });
        const inputs = { runtime: "nodejs22.x", handler: "index.handler", code, role: role.arn };
        const made = new LambdaFunction("verbatim", inputs, { provider });
        return { arn: made.arn, role: role.arn };
      },
    });
    await stack.setConfig("pulumi:autonaming.mode", { value: "verbatim" }, true);
    await stack.setConfig("pulumi:disable-default-providers[0]", { value: "aws" }, true);
    const { outputs } = await stack.up();
    const lambda = new LambdaClient(clientOptions(surroundings.aws, "eu-west-3"));
    const found = await lambda.send(new GetFunctionCommand({ FunctionName: outputs.arn?.value }));
    const group = found.Configuration?.LoggingConfig?.LogGroup ?? "";
    assert.match(group, /^\/aws\/lambda\/verbatim-[0-9a-f]{8}$/);
    const policies = await rolePolicies(surroundings.aws, outputs.role?.value);
    const resource = `arn:aws:logs:eu-west-3:123456789012:log-group:${group}`;
    assert.ok(JSON.stringify(policies).includes(`"${resource}"`));
    assert.match(JSON.stringify(policies), /arn:aws:secretsmanager:eu-west-3:/);
    assert.deepEqual(changes(await stack.up()), {});
    await stack.destroy();
  });
});
