import assert from "node:assert/strict";
import fc from "fast-check";
import { checkedArguments } from "../../../../../provider/plan/arguments/table";
import { type FunctionView, fitArguments } from "../../../../../provider/plan/arguments/view";
import { checkRequired } from "../../../../../provider/plan/checks/packaging";
import { checkFunction, warnings } from "../../../../../provider/plan/checks/validate";
import { UNKNOWN } from "../../../../../provider/plan/known";

/** The problems with the kinds of these values, reasons by path. */
function reasons(view: Record<string, unknown>): Record<string, string> {
  const { problems } = fitArguments(view);
  return Object.fromEntries(problems.map(({ propertyPath, reason }) => [propertyPath, reason]));
}

describe("the kinds of an observed function's arguments", () => {
  it("are named with the path and how the value is written", () => {
    const list = ["a"];
    const found = reasons({
      endpoint: 4318,
      headers: { "x-team": 1, "x-key": "text" },
      resourceAttributes: list,
      settings: { batchMaxSize: 10, batchTimeout: true },
      secretArns: "arn:aws:ssm:us-east-2:123456789012:parameter/a",
      requireDelivery: "true",
      logRetentionInDays: "7",
      architectures: "arm64",
      layers: ["a", null],
      clickhouse: { endpoint: list, asyncInsert: "yes" },
      autoInstrumentation: true,
      extension: { rotel: { version: "v12-alpha" } },
    });
    assert.deepEqual(found, {
      endpoint: "is a number but must be a string; add quotes",
      'headers["x-team"]': "is a number but must be a string; add quotes",
      resourceAttributes: "is a list but must be a map of names to values",
      "settings.batchMaxSize": "is a number but must be a string; add quotes",
      "settings.batchTimeout": "is true but must be a string; add quotes",
      secretArns: "is a string but must be a list; add brackets",
      requireDelivery: "is a string but must be true or false; remove the quotes",
      logRetentionInDays: "is a string but must be a number; remove the quotes",
      architectures: "is a string but must be a list; add brackets",
      "layers[1]": "has no value",
      "clickhouse.endpoint": "is a list but must be a string",
      "clickhouse.asyncInsert": "is a string but must be true or false",
      autoInstrumentation:
        "is true but must be a map with distribution, version, layerVersionArn, execWrapper",
      "extension.rotel.version": "is a string but must be a number",
    });
  });

  it("include the names of properties", () => {
    const found = reasons({ extension: { layerVersionArnz: {} }, environment: { PORT: "80" } });
    assert.match(
      found["extension.layerVersionArnz"] ?? "",
      /no property of this name\. Did you mean layerVersionArns?\?/,
    );
    // Properties that every object inherits are not properties of an argument.
    assert.match(
      reasons({ extension: { toString: {} } })["extension.toString"] ?? "",
      /no property of this name/,
    );
    assert.match(found["environment.PORT"] ?? "", /no property of this name\. Known properties: variables\./);
  });

  it("of the function's own inputs are as its provider accepts them", () => {
    const { view, problems } = fitArguments({
      timeout: "10",
      runtime: 22,
      environment: { variables: { PORT: 80, NONE: undefined } },
    });
    assert.deepEqual(problems, []);
    const refused = {
      memorySize: "is a string but must be a number",
      handler: "is a list but must be a string",
    };
    assert.deepEqual(reasons({ memorySize: "much", handler: ["a"] }), refused);
    assert.deepEqual(view, {
      timeout: 10,
      runtime: "22",
      environment: { variables: { PORT: "80" } },
    });
  });

  it("are not reported while values are unknown, nor if there is none", () => {
    const unknown = {
      endpoint: UNKNOWN,
      headers: { a: UNKNOWN, b: null },
      layers: [UNKNOWN],
      settings: UNKNOWN,
    };
    const { view, problems } = fitArguments(unknown);
    assert.deepEqual(problems, []);
    assert.deepEqual(view, { ...unknown, headers: { a: UNKNOWN } });
  });

  it("keep nothing from being checked, whatever the values are", () => {
    const anything = fc.record(
      Object.fromEntries(
        checkedArguments.map(({ path }) => [
          path,
          fc.option(fc.anything({ maxDepth: 3 }), { nil: undefined }),
        ]),
      ),
      { requiredKeys: [] },
    );
    const known = fc.constantFrom<FunctionView>({}, { runtime: "nodejs22.x", region: "eu-west-1" });
    fc.assert(
      fc.property(anything, known, (given, base) => {
        const { view } = fitArguments({ ...base, ...given });
        for (const { propertyPath, reason } of [
          ...checkRequired(view),
          ...checkFunction(view),
          ...warnings(view),
        ]) {
          assert.ok(propertyPath !== "" && reason !== "");
        }
      }),
    );
  });
});

describe("the required arguments of a function", () => {
  const paths = (view: FunctionView) => checkRequired(view).map(({ propertyPath }) => propertyPath);
  const zip = { runtime: "nodejs22.x", handler: "index.handler", code: "given" };
  const image = { packageType: "Image", imageUri: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:1" };

  it("depends on its package type", () => {
    for (const right of [zip, image, { ...zip, code: undefined, s3Bucket: "code" }])
      assert.deepEqual(paths(right), []);
    assert.deepEqual(paths({}), ["runtime", "handler", "code"]);
    assert.deepEqual(paths({ ...zip, imageUri: image.imageUri }), ["imageUri"]);
    assert.deepEqual(paths({ ...image, ...zip }), ["code", "runtime", "handler"]);
    assert.deepEqual(paths({ packageType: "Image", s3Bucket: "code" }), ["imageUri", "s3Bucket"]);
  });

  it("may come later", () => {
    assert.deepEqual(paths({ packageType: UNKNOWN }), []);
    assert.deepEqual(paths({ runtime: UNKNOWN, handler: UNKNOWN, code: UNKNOWN }), []);
  });
});
