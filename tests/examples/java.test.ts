import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { account, runMocked } from "../component/mockedStack";
import { useBuiltLayers } from "../deploy/provider/setup/builtLayers";

const directory = join(__dirname, "../../examples/java");
/** The output of `mvn package`. */
const jar = join(directory, "function", "target", "orders.jar");

/** The function that the example creates with this configuration. */
async function observedFunction(config: Record<string, string> = {}) {
  const { resources } = await runMocked(() => {
    const given = { endpoint: "https://clickstack.example.com:4318", ingestionKey: "hush", ...config };
    pulumi.runtime.setAllConfig({
      "aws:region": account.region,
      ...Object.fromEntries(Object.entries(given).map(([key, value]) => [`project:${key}`, value])),
    });
    const path = require.resolve(join(directory, "index"));
    delete require.cache[path];
    require(path);
  });
  const { inputs } = resources.one("aws:lambda/function:Function");
  const { variables } = inputs.environment as { variables: Record<string, string> };
  return { layers: inputs.layers as string[], variables };
}

describe("the Java example", () => {
  useBuiltLayers();
  let isMade = false;
  before(() => {
    isMade = !existsSync(jar);
    if (!isMade) return;
    mkdirSync(dirname(jar), { recursive: true });
    writeFileSync(jar, "");
  });
  after(() => {
    if (isMade) rmSync(jar);
  });

  it("turns the runtime API proxy on, by the extension's exec wrapper", async () => {
    const { layers, variables } = await observedFunction();
    assert.equal(layers.length, 1);
    assert.equal(variables.CLICKSTACK_RUNTIME_PROXY, "true");
    assert.equal(variables.AWS_LAMBDA_EXEC_WRAPPER, "/opt/clickstack-tracing");
    assert.equal(variables.CLICKSTACK_EXEC_WRAPPER, undefined);
  });

  it("takes OpenTelemetry's agent beside it", async () => {
    const { layers, variables } = await observedFunction({ agent: "true" });
    assert.equal(layers.length, 2);
    assert.match(layers[0] ?? "", /:layer:opentelemetry-javaagent-/);
    assert.equal(variables.AWS_LAMBDA_EXEC_WRAPPER, "/opt/clickstack-tracing");
    assert.equal(variables.CLICKSTACK_EXEC_WRAPPER, "/opt/otel-handler");
  });
});
