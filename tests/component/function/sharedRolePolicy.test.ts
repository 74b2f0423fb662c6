import assert from "node:assert/strict";
import { Role } from "@pulumi/aws/iam";
import { Secret } from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../..";
import { inlinePolicyQuota, policyLength } from "../../../provider/plan/policies/inlinePolicies";
import { isAllowed } from "../../../sandbox/aws/policy";
import { account, type RegisteredResource, runMocked } from "../mockedStack";
import { minimal, problemsOf, secretArn, types } from "../observedFunctionFixture";

const { Disable } = clickstack.CloudWatchLogs;
const endpoint = "https://clickstack.example.com:4318";
const shared = "arn:aws:iam::123456789012:role/shared";

type Args = Partial<clickstack.ObservedFunctionArgs>;

/** Creates a number of functions that share one role of a program. */
function functions(count: number, args: (i: number) => Args, role?: () => pulumi.Input<string>) {
  return () =>
    pulumi.runtime.runInPulumiStack(async () => {
      const given = role?.() ?? shared;
      for (let i = 0; i < count; i++) {
        const own = { name: `prod-orders-${i}`, role: given, endpoint, ...args(i) };
        new clickstack.ObservedFunction(`orders-${i}`, { ...minimal, ...own });
      }
    });
}

async function policiesOf(program: () => unknown, preview = false): Promise<RegisteredResource[]> {
  const { resources } = await runMocked(program, { preview });
  return resources.all.filter(({ type }) => type === types.policy);
}

const documents = (policies: RegisteredResource[]) => policies.map(({ inputs }) => String(inputs.policy));
const names = (policies: RegisteredResource[]) => policies.map(({ name }) => name).sort();

describe("a role that many functions share", () => {
  it("has one policy for everything that they read, and compact deny statements", async () => {
    const policies = await policiesOf(
      functions(30, () => ({ authorization: secretArn, cloudWatchLogs: Disable })),
    );
    assert.equal(policies.length, 31);
    const [reading] = policies.filter(({ name }) => name.includes("-secrets"));
    assert.match(reading?.name ?? "", /^shared-clickstack-secrets-[0-9a-f]{10}$/);
    const length = documents(policies).reduce((sum, document) => sum + policyLength(document), 0);
    assert.ok(length <= 0.85 * inlinePolicyQuota, `${length} characters`);
    const may = (action: string, resource: string) =>
      isAllowed([...documents(policies).map((document) => JSON.parse(document)), everything], {
        action,
        resource,
      });
    const group = (name: string) => `arn:aws:logs:eu-west-1:${account.id}:log-group:/aws/lambda/${name}`;
    assert.ok(may("secretsmanager:GetSecretValue", secretArn));
    for (const action of ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]) {
      for (const name of ["prod-orders-0", "prod-orders-29"]) {
        assert.ok(!may(action, group(name)), name);
        assert.ok(!may(action, `${group(name)}:log-stream:x`), name);
      }
      assert.ok(may(action, group("prod-orders-30")));
    }
    assert.ok(may("logs:FilterLogEvents", group("prod-orders-0")));
  });

  it("has the same policies in a preview, where neither role nor secret is known", async () => {
    const program = () => {
      let secret: Secret | undefined;
      return functions(
        3,
        () => {
          secret ??= new Secret("key");
          return { authorization: pulumi.interpolate`${secret.arn}#key` };
        },
        () => new Role("shop", { assumeRolePolicy: "{}" }).arn,
      );
    };
    const [previewed, updated] = [await policiesOf(program(), true), await policiesOf(program())];
    assert.equal(updated.length, 1);
    assert.match(updated[0]?.name ?? "", /^shop-clickstack-secrets-/);
    assert.deepEqual(names(previewed), names(updated));
  });

  it("has one policy wherever telemetry goes, and one for each function whose headers come later", async () => {
    const outputs = () => {
      const endpoint = new Secret("address").arn.apply(() => "https://clickstack.example.com:4318");
      return functions(3, () => ({ authorization: secretArn, endpoint }));
    };
    assert.equal((await policiesOf(() => outputs()())).length, 1);
    const headers = () => {
      const { arn } = new Secret("key");
      const texts = [arn, pulumi.interpolate`\${${arn}}`, pulumi.interpolate`Bearer \${${arn}}`];
      return functions(3, (i) => ({ headers: { "x-key": texts[i] ?? "" } }));
    };
    for (const preview of [true, false])
      assert.deepEqual(names(await policiesOf(() => headers()(), preview)), [
        "orders-0-secrets",
        "orders-1-secrets",
        "orders-2-secrets",
      ]);
  });

  it("has further policies if functions read different secrets, distinguished by values too", async () => {
    const of = (i: number) => secretArn.replace("ingestion-key", `key-${i % 2}`);
    const later = pulumi.output({ a: of(0), b: of(1) });
    const cases: ((i: number) => Args)[] = [
      (i) => ({ authorization: of(i) }),
      (i) => ({ headers: { "x-key": `\${${of(i)}#${i}}` } }),
      (i) => ({ authorization: i % 2 === 0 ? later.a : later.b }),
    ];
    for (const args of cases) {
      const policies = await policiesOf(functions(6, args));
      assert.deepEqual(
        documents(policies)
          .map((document) => JSON.parse(document).Statement[0].Resource[0])
          .sort(),
        [of(0), of(1)],
      );
    }
  });

  it("is refused at preview if the policies together would be too long, with instructions", async () => {
    const args = () => ({ authorization: secretArn, cloudWatchLogs: Disable });
    const roles = [shared, () => new Role("shop", { assumeRolePolicy: "{}" }).arn] as const;
    for (const role of roles) {
      const program = functions(60, args, typeof role === "string" ? undefined : role);
      const found = await problemsOf(program, { preview: true });
      assert.match(found.role ?? "", /have \d+ characters or more; IAM allows 10240 in total for a role/);
      assert.match(found.role ?? "", /Use several roles .* or name one log group in loggingConfig\.logGroup/);
    }
  });

  it("allows any number of functions that log to one group", async () => {
    const loggingConfig = { logFormat: "JSON", logGroup: "/shop" };
    const args = () => ({ authorization: secretArn, cloudWatchLogs: Disable, loggingConfig });
    assert.equal((await policiesOf(functions(60, args))).length, 2);
  });
});

const everything = { Statement: [{ Effect: "Allow" as const, Action: "*", Resource: "*" }] };
