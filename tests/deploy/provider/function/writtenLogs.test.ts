import assert from "node:assert/strict";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { ObservedFunction, type ObservedFunctionArgs } from "../../../../index";
import { isAllowed, type PolicyDocument } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { changes, region, trustPolicy, useSurroundings } from "../../surroundings";
import { plainCode } from "../setup/plainFunction";
import { RemoteObservedFunction } from "../setup/remoteComponents";
import { storedState } from "../setup/storedState";

const plain = {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: plainCode(),
};
const telemetry: ObservedFunctionArgs = {
  extension: { rotel: { version: 12 } },
  endpoint: "https://clickstack.example.com:4318",
};
const ways = { imported: ObservedFunction, "through the plugin": RemoteObservedFunction };

describe("the log groups that a made role may write to", () => {
  const surroundings = useSurroundings();
  const writes = (policies: PolicyDocument[], name: string) => {
    const resource = `arn:aws:logs:${region}:123456789012:log-group:/aws/lambda/${name}`;
    return ["logs:CreateLogStream", "logs:PutLogEvents"].map((action) =>
      isAllowed(policies, {
        action,
        resource: action.endsWith("Stream") ? resource : `${resource}:log-stream:s`,
      }),
    );
  };
  const saves = (policies: PolicyDocument[], name: string) => {
    const resource = `arn:aws:lambda:${region}:123456789012:function:${name}:$LATEST/durable-execution/a/b`;
    return ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"].map((action) =>
      isAllowed(policies, { action, resource }),
    );
  };

  for (const [way, Observed] of Object.entries(ways)) {
    it(`${way}: use the function's names, wherever they were set`, async () => {
      let observed = false;
      const program = async () => {
        pulumi.runtime.registerResourceTransform(({ type, name, props, opts }) =>
          type === "aws:lambda/function:Function" && name === "renamed"
            ? { props: { ...props, name: "team-renamed" }, opts }
            : undefined,
        );
        const make = (name: string, more: Partial<ObservedFunctionArgs> = {}) => {
          const { functionName, roleName } = new Observed(name, { ...plain, ...telemetry, ...more });
          return { functionName, roleName };
        };
        const role = new Role("before", { assumeRolePolicy: trustPolicy }).arn;
        return {
          automatic: make("automatic"),
          durable: make("durable", { durableConfig: { executionTimeout: 60, retentionPeriod: 1 } }),
          renamed: make("renamed", { durableConfig: { executionTimeout: 60, retentionPeriod: 1 } }),
          ...(observed ? { taken: make("taken", { functionAlias: "old" }) } : {}),
          ...(observed ? {} : { old: new LambdaFunction("old", { ...plain, role }).name }),
        };
      };
      const stack = await surroundings.stack({ program });
      const check = async (outputs: pulumi.automation.OutputMap) => {
        for (const [output, { value }] of Object.entries(outputs)) {
          if (output === "old") continue;
          const policies = await rolePolicies(surroundings.aws, value.roleName);
          assert.deepEqual(writes(policies, value.functionName), [true, true], value.functionName);
          assert.deepEqual(writes(policies, "other"), [false, false]);
          assert.deepEqual(writes(policies, `${value.functionName}s`), [false, false]);
          const isDurable = output === "durable" || output === "renamed";
          assert.deepEqual(saves(policies, value.functionName), [isDurable, isDurable], output);
          assert.deepEqual(saves(policies, `${value.functionName}s`), [false, false]);
        }
      };
      await check((await stack.up()).outputs);
      observed = true;
      const { outputs } = await stack.up();
      assert.match(outputs.taken?.value.functionName, /^old-[0-9a-f]{7}$/);
      await check(outputs);
      assert.deepEqual(changes(await stack.up()), {});
      await stack.destroy();
    });

    it(`${way}: follow the stack's configuration of automatic names`, async () => {
      const program = async () => {
        const { functionName, roleName } = new Observed("orders", { ...plain, ...telemetry });
        return { functionName, roleName };
      };
      const stack = await surroundings.stack({ program });
      await stack.setConfig("pulumi:autonaming.pattern", { value: `acme-\${name}-\${hex(4)}` }, true);
      const { outputs } = await stack.up();
      assert.match(outputs.functionName?.value, /^acme-orders-[0-9a-f]{4}$/);
      const policies = await rolePolicies(surroundings.aws, outputs.roleName?.value);
      assert.deepEqual(writes(policies, outputs.functionName?.value), [true, true]);
      assert.deepEqual(writes(policies, "orders-0a1b2c3"), [false, false]);
      assert.ok(!storedState(surroundings.engine, stack.name).includes("orders-logs"), "no further policy");
      await stack.destroy();
    });
  }
});
