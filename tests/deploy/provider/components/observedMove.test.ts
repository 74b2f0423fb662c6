import assert from "node:assert/strict";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import { ObservedFunction, type ObservedFunctionArgs } from "../../../../index";
import { changes, trustPolicy, useSurroundings } from "../../surroundings";
import { aliasComponent } from "../setup/aliasComponent";
import { useBuiltLayers } from "../setup/builtLayers";
import { plainCode } from "../setup/plainFunction";
import { RemoteExtensionLayers, RemoteObservedFunction } from "../setup/remoteComponents";
import { storedState } from "../setup/storedState";

const region = "us-east-2";
const code = plainCode();

/** Older engines do not pass the aliases of a component to the plugin that creates it (pulumi/pulumi#18801). */
function handsOnAliases(stack: Stack): boolean {
  const [major = 0, minor = 0] = stack.workspace.pulumiVersion.replace("v", "").split(".").map(Number);
  return major > 3 || minor >= 217;
}

function plainUrn(): string {
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::aws:lambda/function:Function::orders`;
}

describe("a function that becomes an ObservedFunction", () => {
  const surroundings = useSurroundings();
  useBuiltLayers(["x86_64"]);

  for (const [way, Observed] of Object.entries({
    imported: ObservedFunction,
    plugin: RemoteObservedFunction,
  })) {
    it(`${way}: is kept, and its key stays secret in the state`, async () => {
      let step: "plain" | "observed" | "renamed" = "plain";
      const program = async () => {
        const role = new Role("orders", { assumeRolePolicy: trustPolicy });
        const layers = new RemoteExtensionLayers("extension", { regions: [region] });
        const own = { runtime: "nodejs22.x", handler: "index.handler", code, role: role.arn };
        if (step === "plain") return { arn: new LambdaFunction("orders", own).arn };
        const args: ObservedFunctionArgs = {
          ...own,
          extension: { layerVersionArns: layers.layerVersionArns },
          endpoint: "http://127.0.0.1:4318",
          ingestionKey: "hush",
          logRetentionInDays: 7,
          functionAlias: way === "imported" ? "orders" : plainUrn(),
        };
        if (step === "observed") return { arn: new Observed("orders", args).functionArn };
        const { functionAlias: _, ...renamed } = args;
        const group = new pulumi.ComponentResource("test:index:Shop", "shop");
        const aliases = [{ name: "orders", parent: pulumi.rootStackResource }];
        if (way === "plugin" && !handsOnAliases(stack)) aliasComponent("sales", aliases);
        return { arn: new Observed("sales", renamed, { parent: group, aliases }).functionArn };
      };
      const stack = await surroundings.stack({ program });
      const arn = (await stack.up()).outputs.arn?.value;
      step = "observed";
      const moved = await stack.up();
      assert.equal(moved.outputs.arn?.value, arn);
      const { update, create, ...others } = changes(moved);
      assert.deepEqual(others, {}, "nothing is replaced or deleted");
      assert.equal(update, 1);
      assert.ok((create ?? 0) >= 5, String(create));
      const state = storedState(surroundings.engine, stack.name);
      assert.ok(state.includes("SecretVersion") && !state.includes("hush"));
      assert.deepEqual(changes(await stack.up()), {});

      step = "renamed";
      const renamed = await stack.up();
      assert.equal(renamed.outputs.arn?.value, arn);
      // Only the log group is replaced: its name begins with the function's name in the program. What is created is
      // the component around.
      const { update: _, ...rest } = changes(renamed);
      assert.deepEqual(rest, { create: 1, replace: 1 });
      assert.deepEqual(changes(await stack.refresh()), {});
      await stack.destroy();
    });
  }
});
