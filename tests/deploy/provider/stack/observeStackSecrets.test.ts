import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Stack } from "@pulumi/pulumi/automation";
import { getCallbacks } from "@pulumi/pulumi/runtime/settings";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { isAllowed } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { changes, region, useSurroundings } from "../../surroundings";
import { projectStack } from "../setup/projectProgram";
import { type Others, program } from "../setup/secretProgram";
import { storedState } from "../setup/storedState";

const config = { "aws:region": { value: region } };
type Surroundings = ReturnType<typeof useSurroundings>;
const forms: [string, readonly Others[], (surroundings: Surroundings, others: Others) => Promise<Stack>][] = [
  [
    "program inside of another (Automation API)",
    ["none", "before", "after", "both"],
    (surroundings, others) => surroundings.stack({ program: async () => program(others) }),
  ],
  [
    "project, as `pulumi up` runs it",
    ["both"],
    (surroundings, others) =>
      projectStack(surroundings.engine, {
        stackName: `project-${others}`,
        program: join(__dirname, "../setup/secretProgram.ts"),
        config,
        environment: { OTHER_TRANSFORMS: others },
      }),
  ],
];

type Callback = (request: Uint8Array) => Promise<unknown>;

/** Rejects a second after the callback has failed. */
function failingLate(callback: unknown): Callback | undefined {
  if (typeof callback !== "function") return undefined;
  return (request) =>
    (callback as Callback)(request).catch(async (error: unknown) => {
      await setTimeout(1000);
      throw error;
    });
}

describe("secrets and unknown values of functions of observeStack", () => {
  const surroundings = useSurroundings();

  for (const [form, all, makeStack] of forms) {
    for (const others of all) {
      it(`stay what they are: ${form}, other transforms: ${others}`, async () => {
        const stack = await makeStack(surroundings, others);
        const preview = await stack.preview();
        assert.ok(!`${preview.stdout}${preview.stderr}`.includes("hush"));
        const { outputs } = await stack.up();
        const state = storedState(surroundings.engine, stack.name);
        assert.deepEqual(state.match(/hush-\w+/g), null, "the state holds no secret as plain text");

        const lambda = new LambdaClient(clientOptions(surroundings.aws, region));
        const read = async (key: string) =>
          lambda.send(new GetFunctionCommand({ FunctionName: outputs[key]?.value }));
        const named = await read("named");
        assert.equal(named.Configuration?.Environment?.Variables?.PASSWORD, "hush-password");
        assert.match(
          named.Configuration?.Environment?.Variables?.ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS ?? "",
          /hush-tenant/,
        );
        assert.deepEqual(
          named.Configuration?.Layers?.map(({ Arn }) => Arn?.split(":")[6]),
          ["libraries", "clickstack-extension-amd64"],
        );
        assert.equal(named.Tags?.owner, "shop");
        assert.equal(named.Tags?.before, others === "before" || others === "both" ? "yes" : undefined);
        assert.equal(named.Tags?.after, others === "after" || others === "both" ? "yes" : undefined);
        const whole = await read("whole");
        assert.equal(whole.Configuration?.Environment?.Variables?.PASSWORD, "hush-whole");
        assert.ok(whole.Configuration?.Environment?.Variables?.ROTEL_OTLP_EXPORTER_ENDPOINT);
        const policies = await rolePolicies(surroundings.aws, outputs.role?.value);
        const [key] = /arn:aws:secretsmanager:[^"]+/.exec(JSON.stringify(policies)) ?? [];
        assert.equal(
          isAllowed(policies, { action: "secretsmanager:GetSecretValue", resource: key ?? "" }),
          true,
        );

        assert.deepEqual(changes(await stack.up()), {});
        await stack.destroy();
      });
    }
  }

  it("are refused where Pulumi's callbacks cannot be put into their deployment", async () => {
    const stack = await surroundings.stack({
      program: async () => {
        const server = getCallbacks() as unknown as { _callbacks: Map<string, unknown> };
        const callbacks = server._callbacks;
        // Simulates a version of @pulumi/pulumi that keeps its callbacks elsewhere, and an engine that is told late why.
        server._callbacks = {
          get: (token: string) => failingLate(callbacks.get(token)),
          set: (token: string, callback: unknown) => callbacks.set(token, callback),
          delete: (token: string) => callbacks.delete(token),
        } as unknown as Map<string, unknown>;
        return program("none");
      },
    });
    await assert.rejects(
      stack.up(),
      /this version of @pulumi\/pulumi calls transforms outside of their deployment.*use a version/s,
    );
    assert.deepEqual(storedState(surroundings.engine, stack.name).match(/hush-\w+/g), null);
    await (await surroundings.stack({ stackName: stack.name })).destroy();
  });
});
