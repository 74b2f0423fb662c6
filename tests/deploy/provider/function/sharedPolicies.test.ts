import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Secret } from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import { CloudWatchLogs, ObservedFunction, observeStack } from "../../../../index";
import { isAllowed } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { changes, trustPolicy, useSurroundings } from "../../surroundings";
import { plainCode } from "../setup/plainFunction";
import { RemoteObservedFunction } from "../setup/remoteComponents";

const plain = {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: plainCode(),
};

/** How functions are observed with a key from the program. */
function withKey() {
  const secret = new Secret("key");
  const telemetry = {
    extension: { rotel: { version: 12 } },
    endpoint: "https://clickstack.example.com:4318",
    authorization: pulumi.interpolate`${secret.arn}#key`,
  };
  return { secret, telemetry };
}

describe("a role of functions that are observed in every way", () => {
  const surroundings = useSurroundings();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "shared-policies-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("has one policy of the program and one of the plugin, as previewed, until the last function is gone", async () => {
    let count = 3;
    const program = async () => {
      const { secret, telemetry } = withKey();
      const disable = { cloudWatchLogs: CloudWatchLogs.Disable };
      observeStack(telemetry);
      const role = new Role("shop", { assumeRolePolicy: trustPolicy }).arn;
      for (let i = 0; i < count; i++) {
        const name = `orders-${i}`;
        new ObservedFunction(name, { ...plain, ...telemetry, ...disable, name, role });
        new RemoteObservedFunction(`remote-${i}`, { ...plain, ...telemetry, role });
        new LambdaFunction(`plain-${i}`, { ...plain, role });
      }
      return { role, secret: secret.arn };
    };
    const stack = await surroundings.stack({ program });
    const plan = join(folder, "plan.json");
    await stack.preview({ plan });
    const { outputs } = await stack.up({ plan });
    const policies = await rolePolicies(surroundings.aws, outputs.role?.value);
    assert.equal(policies.length, 2 + count, "the reading of the program and of the plugin, and each denial");
    const may = async (action: string, resource: string) =>
      isAllowed(await rolePolicies(surroundings.aws, outputs.role?.value), { action, resource });
    assert.equal(await may("secretsmanager:GetSecretValue", outputs.secret?.value), true);

    count = 1;
    const { delete: deleted = 0, ...others } = changes(await stack.up());
    assert.deepEqual([deleted, others], [2 * (3 + 2 + 1), {}], "functions, components and denials alone");
    assert.equal(await may("secretsmanager:GetSecretValue", outputs.secret?.value), true);
    count = 0;
    await stack.up();
    assert.deepEqual(await rolePolicies(surroundings.aws, outputs.role?.value), []);
    await stack.destroy();
  });

  it("has the policy that was previewed whichever function comes first", async () => {
    const registered = ({ urn }: pulumi.Resource) => new Promise((done) => urn.apply(done));
    let order = ["observed", "plain"];
    const program = async () => {
      const { telemetry } = withKey();
      observeStack(telemetry);
      const role = new Role("shop", { assumeRolePolicy: trustPolicy }).arn;
      const make: Record<string, () => pulumi.Resource> = {
        observed: () => new ObservedFunction("observed", { ...plain, ...telemetry, role }).function,
        plain: () => new LambdaFunction("plain", { ...plain, role }),
      };
      for (const kind of order) await registered(make[kind]?.() as pulumi.Resource);
      return { role };
    };
    const stack = await surroundings.stack({ program });
    const plan = join(folder, "order.json");
    await stack.preview({ plan });
    order = order.reverse();
    const { outputs } = await stack.up({ plan });
    assert.equal((await rolePolicies(surroundings.aws, outputs.role?.value)).length, 1);
    await stack.destroy();
  });
});
