import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type EveryFunctionObservedArgs, everyFunctionObserved } from "../../../provider/policy";

const root = join(__dirname, "../../..");
const layer = (name: string) => `arn:aws:lambda:us-east-2:123456789012:layer:${name}:3`;
const extension = layer("clickstack-extension-amd64");

/** Throws when one of these properties is read, as `@pulumi/policy` does while a value is unknown. */
function unknown(names: readonly (string | number)[], known: object = {}): Record<string, unknown> {
  for (const name of names) {
    Object.defineProperty(known, name, {
      enumerable: true,
      get: () => {
        throw new Error(`${name} is unknown`);
      },
    });
  }
  return known as Record<string, unknown>;
}

/** The policy's reports about functions with these properties, by name, in a stack with other resources. */
function reported(
  functions: Record<string, Record<string, unknown>>,
  args?: EveryFunctionObservedArgs,
  parent = "",
): string[] {
  const urn = (type: string, name: string) => `urn:pulumi:stack::project::${parent}${type}::${name}`;
  const type = "aws:lambda/function:Function";
  const resources = [
    { type: "aws:iam/role:Role", name: "role", urn: urn("aws:iam/role:Role", "role"), props: {} },
    ...Object.entries(functions).map(([name, props]) => ({ type, name, urn: urn(type, name), props })),
  ];
  const messages: string[] = [];
  everyFunctionObserved(args).validateStack({ resources }, (message, of) => {
    assert.ok(resources.some((resource) => resource.urn === of));
    messages.push(message);
  });
  return messages.map((message) => /^function "([^"]*)"/.exec(message)?.[1] ?? message);
}

describe("the policy that every function is observed", () => {
  it("reports functions without a layer of the extension, with the remedy", () => {
    assert.deepEqual(
      reported({
        observed: { layers: [layer("own"), extension] },
        rotel: { layers: [layer("rotel-extension-arm64-alpha")] },
        none: {},
        other: { layers: [layer("own")] },
        alike: { layers: [layer("my-clickstack-extension-amd64"), "no ARN"] },
      }),
      ["none", "other", "alike"],
    );
    const { validateStack } = everyFunctionObserved();
    const resource = { type: "aws:lambda/function:Function", name: "orders", urn: "urn", props: {} };
    const messages: string[] = [];
    validateStack({ resources: [resource] }, (message) => messages.push(message));
    assert.match(
      messages.join(),
      /clickstack-extension-\* or rotel-extension-\*\. Make it an ObservedFunction/,
    );
  });

  it("recognizes layers of other names, and functions that an ObservedFunction has created", () => {
    const layerNames = ["shop-amd64", "shop-arm*"];
    const functions = { a: { layers: [layer("shop-arm64")] }, b: { layers: [extension] } };
    assert.deepEqual(reported(functions, { layerNames }), ["b"]);
    assert.deepEqual(reported({ a: {} }, {}, "my:index:Box$clickstack-lambda:index:ObservedFunction$"), []);
  });

  it("ignores functions that are excluded or not included, by names, tags and decisions", () => {
    const functions = {
      a: { name: "shop-a", runtime: "nodejs22.x", tags: { observe: "no" } },
      b: { name: "shop-b", runtime: "python3.12", tags: unknown(["observe"]) },
    };
    assert.deepEqual(reported(functions, { exclude: { tags: { observe: "no" } } }), ["b"]);
    assert.deepEqual(reported(functions, { include: { names: ["shop-b*"] } }), ["b"]);
    assert.deepEqual(reported(functions, { exclude: { where: ({ runtime }) => runtime === "python3.12" } }), [
      "a",
    ]);
  });

  it("treats an image with settings of the extension as observed, and reports others", () => {
    const image = { packageType: "Image" };
    assert.deepEqual(
      reported({
        set: { ...image, environment: { variables: { ROTEL_OTLP_EXPORTER_ENDPOINT: "https://x:4318" } } },
        open: unknown(["environment"], { ...image }),
        plain: { ...image, environment: { variables: { TABLE: "orders" } } },
      }),
      ["plain"],
    );
  });

  it("ignores unknown parts, and checks the known ones", () => {
    const layers = unknown([0], [undefined, layer("own")]);
    assert.deepEqual(reported({ whole: unknown(["layers"]), part: { layers } }), []);
    assert.deepEqual(reported({ known: unknown(["environment", "tags", "name", "runtime"], {}) }), ["known"]);
  });

  it("is mandatory unless configured otherwise", () => {
    assert.equal(everyFunctionObserved().enforcementLevel, "mandatory");
    assert.equal(everyFunctionObserved({ enforcementLevel: "advisory" }).enforcementLevel, "advisory");
  });

  it("is shown in the docs as the example has it, and the package depends on no policy host", () => {
    const program = readFileSync(join(root, "examples/policy/index.js"), "utf8");
    assert.ok(readFileSync(join(root, "docs/policy.md"), "utf8").includes(program));
    const { dependencies, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    assert.equal(dependencies["@pulumi/policy"], undefined);
    assert.equal(exports["./policy"].default, "./dist/provider/policy.js");
    assert.doesNotMatch(readFileSync(join(root, "provider/policy.ts"), "utf8"), /from "@pulumi/);
  });
});
