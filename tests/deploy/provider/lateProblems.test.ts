import assert from "node:assert/strict";
import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { ObservedFunction, type ObservedFunctionArgs, observeStack } from "../../../index";
import { trustPolicy, useSurroundings } from "../embeddedAws/surroundings";

const fixed: ObservedFunctionArgs = {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: new pulumi.asset.AssetArchive({
    "index.js": new pulumi.asset.StringAsset("exports.handler = 1;\n"),
  }),
};

describe("what is wrong with values that come later", () => {
  const surroundings = useSurroundings();

  /** A stack of a function of that name, what is named after it, and what waits for that. */
  const stackAround = (functionName: () => pulumi.Output<string>) =>
    surroundings.stack({
      program: async () => {
        const name = functionName();
        const named = new LogGroup("named", { name });
        const waiting = new Role("waiting", { assumeRolePolicy: trustPolicy, description: named.arn });
        return { name, waiting: waiting.arn };
      },
    });
  const stackOf = (args: () => ObservedFunctionArgs) =>
    stackAround(() => new ObservedFunction("orders", { ...fixed, ...args() }).functionName);

  it("ends the update with its reason, before anything is made", async () => {
    const stack = await stackOf(() => ({
      extension: { rotel: { version: 12 } },
      timeout: pulumi.output(new Promise<number>((come) => setTimeout(() => come(1), 50))),
    }));
    await assert.rejects(stack.up(), /"orders" are not valid.*timeout: is 1 s/s);
    const { resources } = (await stack.exportStack()).deployment;
    const made = (resources ?? []).map(({ type }: { type: string }) => type);
    assert.ok(!made.some((type: string) => type.startsWith("aws:")), made.join());
  });

  it("ends the preview of a function that observeStack observes", async () => {
    const stack = await stackAround(() => {
      observeStack({ extension: { rotel: { version: 12 } } });
      const role = "arn:aws:iam::123456789012:role/orders";
      return new LambdaFunction("orders", { ...fixed, role, timeout: 1 }).name;
    });
    await assert.rejects(stack.preview(), /"orders" are not valid.*timeout: is 1 s/s);
  });

  it("ends the preview when another stack has no such output", async () => {
    const published = await surroundings.stack({ projectName: "platform" });
    await published.up();
    const stack = await stackOf(() => {
      const reference = new pulumi.StackReference(`organization/platform/${published.name}`);
      return { extension: { manifest: reference.requireOutput("manifest") } };
    });
    await assert.rejects(stack.preview(), /Required output 'manifest' does not exist on stack/);
  });
});
