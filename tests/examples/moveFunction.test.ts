import assert from "node:assert/strict";
import { join } from "node:path";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { clientOptions } from "../../sandbox/aws/embeddedAws";
import { useBuiltLayers } from "../deploy/provider/setup/builtLayers";
import { changes, region, useSurroundings } from "../deploy/surroundings";

const directory = join(__dirname, "../../examples/move-function");

/** Runs the example as Pulumi does: as a module that is loaded again for every update. */
async function program(): Promise<Record<string, unknown>> {
  const path = require.resolve(join(directory, "index"));
  delete require.cache[path];
  return { ...require(path) };
}

describe("the example that moves a function", () => {
  const surroundings = useSurroundings();
  useBuiltLayers();

  it("observes a plain function and renames it, and it stays the function that it was", async () => {
    const stack = await surroundings.stack({
      projectName: "move-function",
      program,
      config: {
        "aws:region": { value: region },
        endpoint: { value: "https://clickstack.example.com:4318" },
        ingestionKey: { value: "hush", secret: true },
        step: { value: "plain" },
      },
    });
    const arn = (await stack.up()).outputs.functionArn?.value;
    const lambda = new LambdaClient(clientOptions(surroundings.aws, region));
    const layers = async () =>
      (await lambda.send(new GetFunctionCommand({ FunctionName: arn }))).Configuration?.Layers?.length ?? 0;
    assert.equal(await layers(), 0);

    await stack.setConfig("step", { value: "observed" });
    const observed = await stack.up();
    assert.equal(observed.outputs.functionArn?.value, arn);
    const { create: _, ...others } = changes(observed);
    assert.deepEqual(others, { update: 1 }, "nothing is replaced or deleted");
    assert.equal(await layers(), 1);

    await stack.setConfig("step", { value: "renamed" });
    const renamed = await stack.up();
    assert.equal(renamed.outputs.functionArn?.value, arn);
    const { update: __, ...more } = changes(renamed);
    assert.deepEqual(more, {}, "nothing is replaced");
    assert.deepEqual(changes(await stack.up()), {});
  });
});
