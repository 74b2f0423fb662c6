import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { useBuiltLayers } from "../deploy/provider/setup/builtLayers";
import { useSurroundings } from "../deploy/surroundings";
import { withInstalledSdk } from "./installedSdk";
import { findMistakes, type YamlProgram } from "./yamlProgram";

const examples = join(__dirname, "../../examples");
// Pulumi's own reader of its project files.
const reader: { load(text: string): unknown } = require(
  require.resolve("js-yaml", { paths: [require.resolve("@pulumi/pulumi")] }),
);

describe("the examples of ObserveStack", () => {
  const surroundings = useSurroundings();
  useBuiltLayers();

  it("Python: observes the functions that are not excluded; no changes on a second run; applies an update", async () => {
    const script = join(__dirname, "runPython.py");
    const { stdout } = await withInstalledSdk((environment) =>
      surroundings.engine.runPython({ script, args: ["observed", "observe-stack-python"], environment }),
    );
    const found = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.equal(found.outputs.layers.orders.length, 1);
    assert.match(found.outputs.layers.orders[0], /:layer:clickstack-extension-amd64:1$/);
    assert.deepEqual(found.outputs.layers.health ?? [], []);
    assert.deepEqual(found.second, {});
    assert.deepEqual(Object.keys(found.third), ["update"]);
    assert.deepEqual(found.refreshed, {});
  });

  it("YAML: has only properties of the schemas, and every function waits for the component", () => {
    const directory = join(examples, "observe-stack-yaml");
    const program = reader.load(readFileSync(join(directory, "Pulumi.yaml"), "utf8")) as YamlProgram;
    assert.deepEqual(findMistakes(program), []);
    const functions = Object.values(program.resources).filter(({ type }) => type === "aws:lambda:Function");
    assert.equal(functions.length, 2);
    for (const one of functions as { options?: { dependsOn?: string[] } }[]) {
      assert.deepEqual(one.options?.dependsOn, ["${observed}"]);
    }
    assert.ok(existsSync(join(directory, "functions/python/main.py")));
  });
});
