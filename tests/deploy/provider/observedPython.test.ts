import assert from "node:assert/strict";
import { join } from "node:path";
import { withInstalledSdk } from "../../examples/installedSdk";
import { useSurroundings } from "../embeddedAws/surroundings";
import { useBuiltLayers } from "./builtLayers";

describe("an ObservedFunction in a Python program", () => {
  const surroundings = useSurroundings();
  useBuiltLayers(["x86_64"]);

  it("up, nothing to do, update, refresh, destroy", async () => {
    const script = join(__dirname, "observedFunction.py");
    const { stdout } = await withInstalledSdk((environment) =>
      surroundings.engine.runPython({ script, args: ["python"], environment }),
    );
    const found = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.deepEqual(found.outputs.names, [
      "AWS_LAMBDA_EXEC_WRAPPER",
      "ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT",
      "ROTEL_CLICKHOUSE_EXPORTER_PASSWORD",
      "ROTEL_CLICKHOUSE_EXPORTER_USER",
      "ROTEL_EXPORTER",
      "ROTEL_OTEL_RESOURCE_ATTRIBUTES",
    ]);
    const [instrumentation, extension] = found.outputs.layers;
    assert.match(instrumentation, /:layer:opentelemetry-python-0_21_0:1$/);
    assert.match(extension, /^arn:aws:lambda:us-east-2:123456789012:layer:clickstack-extension-amd64:\d+$/);
    assert.deepEqual([found.stored, found.leaked], [true, false]);
    assert.deepEqual(found.second, {});
    assert.deepEqual(found.third, { update: 1 });
    assert.deepEqual(found.refreshed, {});
  });
});
