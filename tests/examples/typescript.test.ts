import assert from "node:assert/strict";
import { join } from "node:path";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { clientOptions } from "../../sandbox/aws/embeddedAws";
import { isAllowed } from "../../sandbox/aws/policy";
import { rolePolicies } from "../../sandbox/aws/rolePolicies";
import { useBuiltLayers } from "../deploy/provider/setup/builtLayers";
import { changes, useSurroundings } from "../deploy/surroundings";

const directory = join(__dirname, "../../examples/typescript");
const region = "us-west-2";

/** Runs the example as Pulumi does: as a module that is loaded again for every update. */
async function program(): Promise<Record<string, unknown>> {
  const path = require.resolve(join(directory, "index"));
  delete require.cache[path];
  return { ...require(path) };
}

describe("the TypeScript example", () => {
  const surroundings = useSurroundings();
  useBuiltLayers();

  it("publishes layers in ten regions and deploys two functions that may not log to CloudWatch", async () => {
    const stack = await surroundings.stack({
      projectName: "observed-functions",
      program,
      config: {
        "aws:region": { value: region },
        endpoint: { value: "https://clickstack.example.com:4318" },
        ingestionKey: { value: "hush", secret: true },
      },
    });
    const { outputs } = await stack.up();
    const layers: Record<string, Record<string, string>> = outputs.layerVersionArns?.value ?? {};
    const names: string[] = outputs.functionNames?.value ?? [];
    assert.equal(names.length, 2);
    assert.equal(Object.keys(layers).length, 10);
    for (const [of, arns] of Object.entries(layers)) {
      assert.match(
        arns.x86_64 ?? "",
        new RegExp(`^arn:aws:lambda:${of}:\\d{12}:layer:clickstack-extension-amd64:1$`),
      );
    }
    const lambda = new LambdaClient(clientOptions(surroundings.aws, region));
    for (const FunctionName of names) {
      const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
      assert.deepEqual(
        Configuration?.Layers?.map(({ Arn }) => Arn),
        [layers[region]?.x86_64],
      );
      const headers = Configuration?.Environment?.Variables?.ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS ?? "";
      const [, secret = ""] = /^Authorization=\$\{(arn:aws:secretsmanager:[^}]+)\}$/.exec(headers) ?? [];
      const policies = await rolePolicies(surroundings.aws, Configuration?.Role ?? "");
      const group = `arn:aws:logs:${region}:123456789012:log-group:/aws/lambda/${FunctionName}`;
      assert.ok(isAllowed(policies, { action: "secretsmanager:GetSecretValue", resource: secret }), secret);
      assert.ok(!isAllowed(policies, { action: "logs:PutLogEvents", resource: `${group}:log-stream:x` }));
    }
    assert.deepEqual(changes(await stack.up()), {});
    await stack.destroy();
  });
});
