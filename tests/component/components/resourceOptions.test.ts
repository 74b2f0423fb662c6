import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import * as clickstack from "../../..";
import { functionOptions, optionOwners } from "../../../provider/function/options";
import { runMocked } from "../mockedStack";
import { minimal, types } from "../observedFunctionFixture";

/** Names of all resource options declared by the installed Pulumi. */
function declaredOptions(): string[] {
  const path = require.resolve("@pulumi/pulumi/resource.d.ts");
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
  const interfaces = ["ResourceOptions", "CustomResourceOptions", "ComponentResourceOptions"];
  return source.statements
    .filter((statement) => ts.isInterfaceDeclaration(statement))
    .filter(({ name }) => interfaces.includes(name.text))
    .flatMap(({ members }) => members.map(({ name }) => (name && ts.isIdentifier(name) ? name.text : "?")));
}

const role = "arn:aws:iam::123456789012:role/orders";

/** The options with which component and function are registered. */
async function optionsOf(options: clickstack.ObservedFunctionOptions) {
  const seen: Record<string, pulumi.ResourceOptions> = {};
  const look: pulumi.ResourceTransformation = ({ type, opts }) => {
    seen[type] = opts;
    return undefined;
  };
  const opts = { ...options, transformations: [look] };
  await runMocked(() => new clickstack.ObservedFunction("api", { ...minimal, role }, opts));
  return {
    component: seen["clickstack-lambda:index:ObservedFunction"] as Record<string, unknown>,
    function: seen[types.function] as Record<string, unknown>,
  };
}

describe("the resource options of an ObservedFunction", () => {
  it("are all those of the installed Pulumi, each with a decision to which resources it applies", () => {
    const declared = declaredOptions();
    assert.ok(declared.length >= 20, "the declarations were not read");
    assert.deepEqual([...new Set(declared)].sort(), Object.keys(optionOwners).sort());
  });

  it("apply to the function if they do so with the plain resource", async () => {
    // Its constructor registers it with an engine.
    const hook: pulumi.ResourceHook = Object.create(pulumi.ResourceHook.prototype);
    const other = new pulumi.DependencyResource("urn:pulumi:stack::project::a:b:C::other");
    const options = {
      additionalSecretOutputs: ["arn"],
      deleteBeforeReplace: true,
      hideDiffs: ["tags"],
      hooks: { afterCreate: [hook] },
      ignoreChanges: ["tags"],
      replaceOnChanges: ["tags"],
      replaceWith: [other],
      replacementTrigger: "1",
      retainOnDelete: true,
    };
    const found = functionOptions({ ...options, protect: true, parent: other }, undefined);
    assert.deepEqual({ ...found, aliases: undefined }, { ...options, aliases: undefined });
    const { hooks: _, ...registered } = options;
    const { component, function: made } = await optionsOf(registered);
    for (const [option, value] of Object.entries(registered)) assert.deepEqual(made[option], value, option);
    for (const option of ["deleteBeforeReplace", "replaceWith", "replacementTrigger"])
      assert.ok(!(option in component), option);
    assert.deepEqual(component.ignoreChanges, ["tags"]);
  });

  it("refuse import, and say what to do instead", async () => {
    await assert.rejects(
      optionsOf({ import: "orders" } as clickstack.ObservedFunctionOptions),
      /"api": components do not support the resource option import.* take it over with functionAlias/,
    );
  });
});
