import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { makeSchema, schemaPath } from "../../scripts/schema";
import { canGenerateSdks, generatePythonSdk, pythonSdkDirectory } from "../../scripts/sdk";

interface Property {
  type?: string;
  $ref?: string;
  description?: string;
  items?: Property;
  additionalProperties?: Property;
}

/** The files of a folder with their contents. */
function contents(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((path) => join(directory, path))
    .filter((path) => statSync(path).isFile() && !/__pycache__|\.egg-info/.test(path));
  return Object.fromEntries(
    files.sort().map((path) => [relative(directory, path), readFileSync(path, "utf8")]),
  );
}

describe("schema.json", () => {
  const schema = JSON.parse(readFileSync(schemaPath, "utf8"));
  const observed = schema.resources["clickstack-lambda:index:ObservedFunction"];

  it("is the output of `npm run schema`", () => {
    assert.equal(readFileSync(schemaPath, "utf8"), makeSchema(), "run `npm run schema`");
  });

  it("describes every property and type and leaves none without a type", () => {
    const groups: [string, Record<string, Property>][] = [
      ...Object.entries<{ inputProperties: Record<string, Property>; properties: Record<string, Property> }>(
        schema.resources,
      ).flatMap(([token, { inputProperties, properties }]): [string, Record<string, Property>][] => [
        [token, inputProperties],
        [token, properties],
      ]),
      ...Object.entries<{ properties?: Record<string, Property> }>(schema.types).map(
        ([token, type]): [string, Record<string, Property>] => [token, type.properties ?? {}],
      ),
    ];
    for (const [token, properties] of groups) {
      for (const [name, property] of Object.entries(properties)) {
        assert.ok(property.description, `${token}.${name} has no description`);
        assert.notEqual(property.$ref, "pulumi.json#/Any", `${token}.${name} has no type`);
        assert.notEqual(property.type, "number", `${token}.${name} is no whole number`);
      }
    }
    for (const [token, type] of Object.entries<{ description?: string }>(schema.types)) {
      assert.ok(type.description, token);
    }
  });

  it("has every input of the installed aws.lambda.Function, none required", () => {
    const declaration = readFileSync(require.resolve("@pulumi/aws/lambda/function.d.ts"), "utf8");
    const args = declaration.slice(declaration.indexOf("export interface FunctionArgs {"));
    const inputs = [...args.matchAll(/^ {4}(\w+)\??: /gm)].map(([, name]) => name ?? "");
    assert.ok(inputs.length > 35);
    assert.deepEqual(
      inputs.filter((name) => !(name in observed.inputProperties)),
      [],
    );
    assert.deepEqual(observed.requiredInputs ?? [], []);
  });

  it("refers to types of the installed version of the AWS package", () => {
    const { version } = JSON.parse(readFileSync(require.resolve("@pulumi/aws/package.json"), "utf8"));
    assert.equal(
      observed.inputProperties.environment.$ref,
      `/aws/v${version}/schema.json#/types/aws:lambda%2FFunctionEnvironment:FunctionEnvironment`,
    );
    assert.deepEqual(Object.keys(schema.types).sort(), [
      "clickstack-lambda:index:Architecture",
      "clickstack-lambda:index:AutoInstrumentation",
      "clickstack-lambda:index:ClickHouse",
      "clickstack-lambda:index:CloudWatchLogs",
      "clickstack-lambda:index:Extension",
      "clickstack-lambda:index:FunctionFilter",
      "clickstack-lambda:index:InstrumentationDistribution",
      "clickstack-lambda:index:LayerPermissions",
      "clickstack-lambda:index:Protocol",
      "clickstack-lambda:index:PublishedLayer",
      "clickstack-lambda:index:PublishedLayers",
      "clickstack-lambda:index:PublishedTracingLayer",
      "clickstack-lambda:index:RotelLayers",
    ]);
  });

  it("is the source of the committed Python SDK", function () {
    if (!canGenerateSdks()) {
      console.log("      skipped: regenerating the SDK takes Go");
      return this.skip();
    }
    const directory = mkdtempSync(join(tmpdir(), "sdk-test-"));
    try {
      generatePythonSdk(directory);
      assert.deepEqual(contents(directory), contents(pythonSdkDirectory), "run `npm run sdk`");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
