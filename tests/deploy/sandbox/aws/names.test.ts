import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PropertyMap } from "../../../../sandbox/aws/plugin/base/values";
import type { AutoNaming } from "../../../../sandbox/aws/plugin/naming";
import { Provider } from "../../../../sandbox/aws/plugin/provider";
import { allow, trustPolicy, useSurroundings } from "../../surroundings";

const types = {
  function: "aws:lambda/function:Function",
  role: "aws:iam/role:Role",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  logGroup: "aws:cloudwatch/logGroup:LogGroup",
};
const role = { assumeRolePolicy: trustPolicy };
const functionInputs = { role: "arn:aws:iam::123456789012:role/r", imageUri: "x.y/z" };

/** The provider's result for a resource that its program does not name. */
function check(
  type: keyof typeof types,
  name: string,
  news: PropertyMap,
  more: { naming?: AutoNaming; olds?: PropertyMap } = {},
) {
  const urn = `urn:pulumi:dev::shop::${types[type]}::${name}`;
  const { inputs, failures } = new Provider({ environment: {}, directory: process.cwd() }).check(urn, {
    olds: {},
    news,
    seed: Buffer.from("seed"),
    ...more,
  });
  return { name: inputs.name, failures: failures.map(({ reason }) => reason), inputs };
}

describe("names that the provider of the embedded AWS generates", () => {
  it("are the logical name and seven hexadecimal digits, and stay", () => {
    const first = check("role", "orders", role);
    assert.match(String(first.name), /^orders-[0-9a-f]{7}$/);
    assert.deepEqual(first.failures, []);
    const later = check("role", "orders", role, { olds: first.inputs, naming: proposed("other") });
    assert.equal(later.name, first.name);
  });

  it("are never cut: a name that is too long with its digits is an error, as of the real provider", () => {
    const [fits, over] = ["x".repeat(56), "x".repeat(57)];
    assert.equal(String(check("role", fits, role).name).length, 64);
    assert.throws(
      () => check("role", over, role),
      new Error(
        `could not make instance of 'aws:iam/role:Role': name '${over}-' plus 7 random chars is longer than maximum length 64`,
      ),
    );
    assert.throws(() => check("function", over, functionInputs), /longer than maximum length 64/);
    const policy = { role: "r", policy: allow("s3:Get") };
    // Its own limit is Pulumi's 255; the check of the name applies IAM's.
    assert.deepEqual(check("rolePolicy", "x".repeat(120), policy).failures, []);
    assert.match(
      check("rolePolicy", "x".repeat(121), policy).failures.join(),
      /^expected length of name to be in the range \(1 - 128\), got x+-[0-9a-f]{7}\. Examine values at/,
    );
  });

  it("have to be of the characters that AWS takes", () => {
    assert.match(
      check("role", "GET /orders/{id}", role).failures.join(),
      /^invalid value for name \(must match \[\\w\+=,\.@-\]\)\. Examine values at 'GET \/orders\/\{id\}\.name'\.$/,
    );
    assert.match(check("function", "shop:orders", functionInputs).failures.join(), /valid function name/);
    assert.match(check("logGroup", "my logs", {}).failures.join(), /isn't a valid log group name/);
  });

  it("follow the stack's configuration: proposed within the type's limit, enforced, or none", () => {
    assert.equal(check("role", "orders", role, { naming: proposed("dev-orders") }).name, "dev-orders");
    assert.throws(
      () => check("role", "orders", role, { naming: proposed("x".repeat(65)) }),
      /calculated name 'x+' exceeds maximum length of 64/,
    );
    const naming: AutoNaming = { mode: "enforce", proposedName: "x".repeat(65) };
    assert.match(check("role", "orders", role, { naming }).failures.join(), /range \(1 - 64\)/);
    const disabled: AutoNaming = { mode: "disable", proposedName: "" };
    assert.throws(
      () => check("role", "orders", role, { naming: disabled }),
      /automatic naming is disabled but no explicit name was provided/,
    );
    assert.equal(check("role", "orders", { ...role, name: "given" }, { naming: disabled }).name, "given");
  });

  describe("through the engine", () => {
    const surroundings = useSurroundings();

    it("are what `pulumi:autonaming` says, for all types and for one", async () => {
      const program = async () => {
        new aws.iam.Role("orders", role);
        new aws.cloudwatch.LogGroup("orders");
        new aws.ssm.Parameter("orders", { type: "String", value: "x" });
        new aws.secretsmanager.Secret("orders", { name: "given" });
      };
      const stack = await surroundings.stack({ program });
      const set = (path: string, value: string) =>
        stack.setConfig(`pulumi:autonaming.${path}`, { value }, true);
      await set("pattern", "${project}-${stack}-${name}-${hex(4)}-${alphanum(3)}-${uuid}");
      await set('providers.aws.resources["aws:iam/role:Role"].mode', "verbatim");
      const logs = 'providers.aws.resources["aws:cloudwatch/logGroup:LogGroup"]';
      await set(`${logs}.pattern`, "/aws/lambda/${name}");
      const names: Record<string, string> = {};
      await stack.preview({
        onEvent: ({ resourcePreEvent: event }) => {
          const { type = "", new: made } = event?.metadata ?? {};
          if (made?.inputs.name) names[type] = made.inputs.name;
        },
      });
      const { "aws:ssm/parameter:Parameter": parameter = "", ...others } = names;
      assert.match(
        parameter,
        /^embedded-aws-stack-\d+-orders-[0-9a-f]{4}-[0-9a-z]{3}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      );
      assert.deepEqual(others, {
        "aws:iam/role:Role": "orders",
        "aws:cloudwatch/logGroup:LogGroup": "/aws/lambda/orders",
        "aws:secretsmanager/secret:Secret": "given",
      });
    });

    it("are refused at preview if the configuration generates none", async () => {
      const program = async () => {
        new aws.iam.Role("orders", role);
      };
      const stack = await surroundings.stack({ program });
      await stack.setConfig("pulumi:autonaming.mode", { value: "disabled" }, true);
      await assert.rejects(stack.preview(), /automatic naming is disabled but no explicit name was provided/);
    });
  });
});

describe("inputs that the real provider refuses at preview", () => {
  const refused: [string, PropertyMap, RegExp][] = [
    [
      "a runtime that is none",
      { runtime: "nodejs99.x" },
      /expected runtime to be one of \[.*got nodejs99\.x/,
    ],
    ["memory", { memorySize: 32_769 }, /expected memorySize to be in the range \(128 - 32768\)/],
    ["time", { timeout: 0 }, /expected timeout to be in the range \(1 - 900\)/],
    ["six layers", { layers: Array(6).fill("arn:aws:lambda:r:123456789012:layer:l:1") }, /supports 5 item/],
    ["a layer", { layers: ["own"] }, /"layers\[0\]" \(own\) is an invalid ARN/],
    ["an architecture", { architectures: ["x86"] }, /expected architectures\[0\] to be one of/],
    ["a role's name", { role: "my-role" }, /"role" \(my-role\) is an invalid ARN/],
    ["no code", { imageUri: undefined }, /one of `code,imageUri,s3Bucket` must be specified/],
    ["two kinds of code", { s3Bucket: "b" }, /only one of `code,imageUri,s3Bucket` can be specified/],
    ["a mount", { fileSystemConfig: { localMountPath: "/files" } }, /must start with '\/mnt\/'/],
    ["a log format", { loggingConfig: { logFormat: "XML" } }, /expected logFormat to be one of/],
  ];
  for (const [what, inputs, message] of refused) {
    it(what, () => {
      const { failures } = check("function", "orders", { ...functionInputs, ...inputs });
      assert.equal(failures.length, 1, failures.join("\n"));
      assert.match(failures[0] ?? "", message);
    });
  }

  it("but none that is unknown yet, nor what is right", () => {
    const unknown = pulumi.runtime.unknownValue;
    const inputs = { ...functionInputs, role: unknown, layers: [unknown], timeout: 900, memorySize: 32_768 };
    assert.deepEqual(
      check("function", "orders", { ...inputs, durableConfig: { executionTimeout: 60 } }).failures,
      [],
    );
  });
});

function proposed(proposedName: string): AutoNaming {
  return { mode: "propose", proposedName };
}
