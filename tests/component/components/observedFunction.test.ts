import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../..";
import { account, runMocked, valueFrom } from "../mockedStack";
import {
  givenRole,
  layerVersionArn,
  minimal,
  observe,
  problems,
  secretArn,
  types,
} from "../observedFunctionFixture";

describe("ObservedFunction", () => {
  it("passes the function's own inputs on and none of its own", async () => {
    const { inputs } = await observe({
      memorySize: 256,
      timeout: 10,
      endpoint: "https://clickstack.example.com:4318",
      tags: { team: "a" },
    });
    assert.equal(inputs.memorySize, 256);
    assert.equal(inputs.timeout, 10);
    assert.deepEqual(inputs.tags, { team: "a" });
    const bare = await observe({ headers: {}, resourceAttributes: {}, settings: {} });
    assert.ok(!("environment" in bare.inputs));
    for (const own of ["endpoint", "extension", "settings", "cloudWatchLogs", "authorization"]) {
      assert.ok(!(own in inputs), own);
    }
  });

  it("configures the extension through the environment and keeps the user's variables", async () => {
    const { environment, component } = await observe({
      endpoint: "https://clickstack.example.com:4318",
      authorization: secretArn,
      headers: { "x-team": "a,b" },
      serviceName: "orders",
      resourceAttributes: { "deployment.environment.name": "prod" },
      settings: { otlpExporterRequestTimeout: "10s", ROTEL_OTLP_EXPORTER_COMPRESSION: "none" },
      environment: { variables: { TABLE: "orders", ROTEL_ENV_FILE: "/var/task/.env" } },
    });
    const expected = {
      TABLE: "orders",
      ROTEL_ENV_FILE: "/var/task/.env",
      ROTEL_OTLP_EXPORTER_ENDPOINT: "https://clickstack.example.com:4318",
      ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
      ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=\${${secretArn}},x-team="a,b"`,
      OTEL_SERVICE_NAME: "orders",
      ROTEL_OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=prod",
      ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT: "10s",
      ROTEL_OTLP_EXPORTER_COMPRESSION: "none",
    };
    assert.deepEqual(environment, expected);
    assert.deepEqual(await valueFrom(component.environmentVariableNames), Object.keys(expected).sort());
  });

  it("keeps the user's own protocol if none is given", async () => {
    const { environment } = await observe({
      endpoint: "https://clickstack.example.com:4317",
      environment: { variables: { ROTEL_OTLP_EXPORTER_PROTOCOL: "grpc" } },
    });
    assert.equal(environment.ROTEL_OTLP_EXPORTER_PROTOCOL, "grpc");
  });

  it("keeps secret variables secret and the others readable", async () => {
    let variables: Record<string, unknown> = {};
    const look: pulumi.ResourceTransformation = ({ type, props }) => {
      if (type === types.function) variables = props.environment.variables;
      return undefined;
    };
    const args = {
      ...minimal,
      endpoint: "https://clickstack.example.com:4318",
      headers: { "x-key": pulumi.secret("hush") },
      authorization: secretArn,
      environment: { variables: { PASSWORD: pulumi.secret("hush"), TABLE: "orders" } },
    };
    const { resources } = await runMocked(
      () => new clickstack.ObservedFunction("api", args, { transformations: [look] }),
    );
    const secret = async (name: string) => pulumi.isSecret(pulumi.output(variables[name]));
    assert.equal(await secret("PASSWORD"), true);
    assert.equal(await secret("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS"), true);
    assert.equal(await secret("TABLE"), false);
    assert.equal(await secret("ROTEL_OTLP_EXPORTER_ENDPOINT"), false);
    assert.equal(typeof resources.one(types.policy, "api-permissions").inputs.policy, "string");
  });

  it("appends the extension's layer to the user's own", async () => {
    const own = ["arn:aws:lambda:eu-west-1:123456789012:layer:own:1"];
    const { inputs, component } = await observe({ layers: own });
    assert.deepEqual(inputs.layers, [...own, layerVersionArn]);
    assert.deepEqual(await valueFrom(component.layerArns), [...own, layerVersionArn]);
  });

  it("chooses the layer by the provider's region and the function's architecture", async () => {
    const layerVersionArns = {
      "eu-west-1": { arm64: "arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-extension-arm64:7" },
      "us-east-2": { arm64: "arn:aws:lambda:us-east-2:123456789012:layer:clickstack-extension-arm64:5" },
    };
    const here = await observe({ extension: { layerVersionArns }, architectures: ["arm64"] });
    assert.deepEqual(here.inputs.layers, [layerVersionArns["eu-west-1"].arm64]);
    const there = await observe({
      extension: pulumi.output({ layerVersionArns }),
      architectures: pulumi.output(["arm64"]),
      region: "us-east-2",
    });
    assert.deepEqual(there.inputs.layers, [layerVersionArns["us-east-2"].arm64]);
    const missing = await problems({ extension: pulumi.output({ layerVersionArns }) });
    assert.match(missing['extension.layerVersionArns["eu-west-1"]'] ?? "", /no layer for x86_64/);
  });

  describe("CloudWatch logs", () => {
    it("disabled on a created role: no permission, and a denial of only this log group", async () => {
      const { resources, policy } = await observe({ cloudWatchLogs: clickstack.CloudWatchLogs.Disable });
      assert.deepEqual(resources.names(types.policy), ["api-no-logs"]);
      const group = `arn:aws:logs:eu-west-1:${account.id}:log-group:/aws/lambda/api-4d5e6f7`;
      assert.deepEqual(policy("api-no-logs").Statement, [
        {
          Sid: "NoCloudWatchLogs",
          Effect: "Deny",
          Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: [group, `${group}:*`],
        },
      ]);
    });

    it("disabled for a function with a name: the denial exists before the function", async () => {
      const { resources, policy } = await observe({
        role: givenRole,
        name: "orders",
        cloudWatchLogs: clickstack.CloudWatchLogs.Disable,
      });
      const order = resources.all.map(({ name }) => name);
      assert.ok(order.indexOf("api-no-logs") < order.lastIndexOf("api"));
      assert.match(policy("api-no-logs").Statement[0].Resource[0], /:log-group:\/aws\/lambda\/orders$/);
    });

    it("disabled for a log group of the user's own", async () => {
      const { policy } = await observe({
        loggingConfig: pulumi.output({ logFormat: "Text", logGroup: "/orders" }),
        region: "us-east-2",
        extension: { layerVersionArn: layerVersionArn.replace("eu-west-1", "us-east-2") },
        cloudWatchLogs: clickstack.CloudWatchLogs.Disable,
      });
      const group = `arn:aws:logs:us-east-2:${account.id}:log-group:/orders`;
      assert.equal(policy("api-no-logs").Statement[0].Resource[0], group);
    });
  });
});
