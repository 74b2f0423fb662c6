import assert from "node:assert/strict";
import { join } from "node:path";
import { useBuiltLayers } from "../deploy/provider/setup/builtLayers";
import { useSurroundings } from "../deploy/surroundings";
import { withInstalledSdk } from "./installedSdk";

describe("the Python examples", () => {
  const surroundings = useSurroundings();
  useBuiltLayers();

  it("deploys with the generated SDK and the plugin; no changes on a second run; applies an update", async () => {
    const script = join(__dirname, "runPython.py");
    const { stdout } = await withInstalledSdk((environment) =>
      surroundings.engine.runPython({ script, args: ["example"], environment }),
    );
    const found = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.ok(found.preview.create >= 11, stdout);
    assert.deepEqual(Object.keys(found.outputs.layerVersionArns).sort(), ["eu-central-1", "us-east-2"]);
    assert.match(
      found.outputs.functionArns[0],
      /^arn:aws:lambda:eu-central-1:123456789012:function:orders-python-/,
    );
    assert.deepEqual(found.second, {});
    assert.deepEqual(found.third, { update: 2 });
  });

  it("python-clickhouse deploys with its password as a secret; no changes on a second run; applies an update", async () => {
    const script = join(__dirname, "runPython.py");
    const { stdout } = await withInstalledSdk((environment) =>
      surroundings.engine.runPython({
        script,
        args: ["clickhouse", "python-clickhouse", "8443"],
        environment,
      }),
    );
    const found = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.match(found.outputs.functionName, /^report-/);
    assert.deepEqual([found.second, Object.keys(found.third)], [{}, ["update"]]);
  });
});
