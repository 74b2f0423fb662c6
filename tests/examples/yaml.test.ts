import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findMistakes, type YamlProgram } from "./yamlProgram";

const directory = join(__dirname, "../../examples/yaml");
// Pulumi's own reader of its project files.
const reader: { load(text: string): unknown } = require(
  require.resolve("js-yaml", { paths: [require.resolve("@pulumi/pulumi")] }),
);

function readProgram(): YamlProgram {
  return reader.load(readFileSync(join(directory, "Pulumi.yaml"), "utf8")) as YamlProgram;
}

/** The mistakes found in the example with these changes of its function's properties. */
function mistakesWith(change: Record<string, unknown>): string[] {
  const program = readProgram();
  const orders = program.resources["orders-python"];
  assert.ok(orders);
  orders.properties = { ...orders.properties, ...change };
  return findMistakes(program);
}

describe("the YAML example", () => {
  it("has only properties of the package's schema and the AWS package, and its code exists", () => {
    const program = readProgram();
    assert.deepEqual(
      Object.values(program.resources).map(({ type }) => type),
      [
        "clickstack-lambda:ExtensionLayers",
        "aws:secretsmanager:Secret",
        "aws:secretsmanager:SecretVersion",
        "clickstack-lambda:ObservedFunction",
      ],
    );
    assert.deepEqual(findMistakes(program), []);
    assert.ok(existsSync(join(directory, "functions/python/main.py")));
  });

  for (const [change, mistake] of [
    [{ endpiont: "https://x:4318" }, /^orders-python\.endpiont: there is no such property$/],
    [{ timeout: "ten" }, /^orders-python\.timeout: "ten" is not integer$/],
    [{ cloudWatchLogs: "Off" }, /^orders-python\.cloudWatchLogs: "Off" is not one of Keep, Disable$/],
    [{ code: "./functions/python" }, /^orders-python\.code: "\.\/functions\/python" is not an archive$/],
    [{ extension: { layerArn: "x" } }, /^orders-python\.extension\.layerArn: there is no such property$/],
    [{ resourceAttributes: { stage: 3 } }, /^orders-python\.resourceAttributes\.stage: 3 is not string$/],
    [{ authorization: "${clickstack-ingestion-key.key}" }, /key\.key\} is nothing in this program$/],
    [{ endpoint: "${endpiont}" }, /^orders-python\.endpoint: \$\{endpiont\} is nothing in this program$/],
  ] as const) {
    it(`would be found wrong with ${JSON.stringify(change)}`, () => {
      const found = mistakesWith(change);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", mistake);
    });
  }

  it("has dashboards beside it as docs/clickstack.md writes them", () => {
    const page = readFileSync(join(__dirname, "../../docs/clickstack.md"), "utf8");
    const [, block = ""] = /```yaml\n(resources:.*?)```/s.exec(page) ?? [];
    const program = {
      ...(reader.load(block) as YamlProgram),
      config: { hyperdxApiKey: { type: "string", secret: true } },
    };
    assert.deepEqual(findMistakes(program as YamlProgram), []);
    const dashboards = program.resources["lambda-dashboards"];
    assert.ok(dashboards);
    dashboards.properties = { ...dashboards.properties, webhok: "x" };
    assert.match(findMistakes(program as YamlProgram).join(), /webhok: there is no such property/);
  });

  it("would be rejected without required properties, and with unknown types", () => {
    const program = readProgram();
    const { "clickstack-extension": layers, "clickstack-ingestion-key-value": key } = program.resources;
    assert.ok(layers && key);
    layers.properties = {};
    key.properties = {};
    program.resources.other = { type: "clickstack-lambda:ObservedFunctions" };
    assert.deepEqual(findMistakes(program), [
      "clickstack-extension.regions: is required",
      "clickstack-ingestion-key-value.secretId: is required",
      "other: there is no resource clickstack-lambda:ObservedFunctions",
    ]);
  });
});
