import assert from "node:assert/strict";
import { join } from "node:path";
import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Parameter } from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import {
  ExtensionLayers,
  ObservedFunction,
  type ObservedFunctionArgs,
  observeStack,
} from "../../../../index";
import { trustPolicy, useSurroundings } from "../../surroundings";
import { useBuiltLayers } from "../setup/builtLayers";
import { plainCode } from "../setup/plainFunction";
import { pythonStep } from "../setup/pythonSteps";
import { storedTypes } from "../setup/storedState";

const fixed: ObservedFunctionArgs = {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: plainCode(),
};

describe("problems of values that are known only later", () => {
  const surroundings = useSurroundings();
  useBuiltLayers(["x86_64"]);

  /** A stack with a function of that name, a resource named after it, and a resource that depends on that. */
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

  it("ends the update with its reason, before anything is created", async () => {
    const stack = await stackOf(() => ({
      extension: { rotel: { version: 12 } },
      timeout: pulumi.output(new Promise<number>((come) => setTimeout(() => come(1), 50))),
    }));
    await assert.rejects(stack.up(), ({ message }: Error) => {
      assert.match(message, /"orders" are not valid.*timeout: is 1 s/s);
      // Requests to the provider that were pending when the engine ended are not errors of the program.
      assert.doesNotMatch(message, /invocation of/);
      return true;
    });
    assert.deepEqual(storedTypes(surroundings.engine, stack.name), []);
  });

  it("ends the update of layers with an invalid organization before one is published", async () => {
    const stack = await surroundings.stack({
      program: async () => {
        const made = new Parameter("late", { name: "/late/id", type: "String", value: "acme" });
        const permissions = { organizationId: made.version.apply(() => "acme") };
        return { ...new ExtensionLayers("extension", { regions: ["us-east-2"], permissions }) };
      },
    });
    await assert.rejects(
      stack.up(),
      /"extension" are not valid.*permissions\.organizationId: "acme" is not the ID of an AWS organization/s,
    );
    assert.deepEqual(storedTypes(surroundings.engine, stack.name), ["aws:ssm/parameter:Parameter"]);
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

  describe("in Python", () => {
    /** The output for the user, and the resources that exist afterwards. */
    async function failureOf(operation: "preview" | "up", program: string) {
      const { error = "" } = await pythonStep(
        surroundings.engine,
        join(__dirname, "lateProblems.py"),
        operation,
        program,
        {
          program,
        },
      );
      return {
        message: error.replace(/\s+/g, " "),
        made: storedTypes(surroundings.engine, program),
      };
    }

    it("ends the preview for problems that are known by then, and the update for the others", async () => {
      const noLayer =
        /"orders" are not valid .*extension\.layerVersionArns .*no layer is published in us-east-2.* there are layers in eu-west-3\. Add the region/;
      const preview = await failureOf("preview", "functions");
      assert.match(preview.message, noLayer);
      assert.doesNotMatch(preview.message, /property timeout/);
      const { message, made } = await failureOf("up", "functions");
      assert.match(message, noLayer);
      assert.match(message, /property timeout .*is 1 s; an observed function needs at least 2 s/);
      assert.deepEqual(made, ["aws:ssm/parameter:Parameter"]);
    });

    it("ends the update of layers, once and by the property", async () => {
      const { message, made } = await failureOf("up", "layers");
      const said = message.match(/"acme" is not the ID of an AWS organization/g);
      assert.equal(said?.length, 1, message);
      assert.match(message, /"extension" are not valid - property permissions\.organizationId with value/);
      assert.deepEqual(made, ["aws:ssm/parameter:Parameter"]);
    });
  });
});
