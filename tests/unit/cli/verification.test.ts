import assert from "node:assert/strict";
import { deniesLogs, neededAccess } from "../../../cli/plan/access";
import { checkCloudWatch } from "../../../cli/plan/arrivals";
import { planDenial, planPermission, retentionOf } from "../../../cli/plan/cloudWatch";
import { durationMs } from "../../../cli/plan/duration";
import type { FunctionState } from "../../../cli/plan/functionState";
import { noLogsPolicyName } from "../../../cli/plan/policies";
import { checkRoute, isPrivate } from "../../../cli/plan/route";
import { levelOfNumber } from "../../../cli/plan/severity";
import { checkWrapper, type SecretView } from "../../../cli/plan/verification";
import { parseReference } from "../../../provider/plan/telemetry/references";

const region = "eu-west-1";
const of: FunctionState = {
  ...{ name: "orders", region, architectures: ["x86_64"], packageType: "Zip", variables: {} },
  arn: `arn:aws:lambda:${region}:123456789012:function:orders`,
  role: "arn:aws:iam::123456789012:role/orders",
  logGroup: "/aws/lambda/orders",
  layers: [`arn:aws:lambda:${region}:123456789012:layer:clickstack-extension-amd64:3`],
};

function secret(name: string, more: Partial<SecretView & { found: true }> = {}): SecretView {
  const reference = parseReference(`arn:aws:secretsmanager:${region}:123456789012:secret:${name}`);
  assert.ok(reference);
  return { reference, found: true, ...more };
}

describe("the decisions of verify", () => {
  it("a way out of a VPC is one that a function without a public address can take", () => {
    const subnetId = "subnet-1";
    const fault = (target?: string, state = "active") =>
      checkRoute([{ subnetId, ...(target && { target }), state }]).result === "fault";
    assert.deepEqual(
      [fault(), fault("igw-1"), fault("nat-1", "blackhole"), fault("nat-1"), fault("tgw-1")],
      [true, true, true, false, false],
    );
    const addresses = ["10.1.2.3", "172.31.0.1", "172.32.0.1", "100.64.0.1", "203.0.113.7", "fd00::1", "::1"];
    assert.deepEqual(addresses.map(isPrivate), [true, true, false, true, false, true, true]);
  });

  it("tracing needs the script and its layer", () => {
    const result = (script: string | undefined, layers: readonly string[]) =>
      checkWrapper({ ...of, layers, variables: script ? { AWS_LAMBDA_EXEC_WRAPPER: script } : {} }).result;
    const rotel = "arn:aws:lambda:eu-west-1:418653438961:layer:rotel-extension-amd64:9";
    const adot = "arn:aws:lambda:eu-west-1:615299751070:layer:AWSOpenTelemetryDistroJs:8";
    assert.equal(result(undefined, of.layers), "ok");
    assert.equal(result("/opt/clickstack-tracing", of.layers), "ok");
    assert.equal(result("/opt/clickstack-tracing", [rotel]), "fault");
    assert.equal(result("/opt/otel-instrument", [...of.layers, adot]), "ok");
    assert.equal(result("/opt/otel-instrument", of.layers), "fault");
    assert.equal(result(undefined, [...of.layers, adot]), "fault");
  });

  it("the role needs each secret, several at once, and the key that they are encrypted with", () => {
    const kmsKey = `arn:aws:kms:${region}:123456789012:key/1`;
    const needed = neededAccess(of, [secret("a-AbC123"), secret("b", { arn: "full", kmsKey })]);
    assert.deepEqual(
      needed.map(({ action, resource }) => `${action} ${resource.split(":").at(-1)}`),
      [
        "secretsmanager:GetSecretValue a-AbC123",
        "secretsmanager:GetSecretValue full",
        "secretsmanager:BatchGetSecretValue *",
        "kms:Decrypt key/1",
      ],
    );
    assert.deepEqual(needed.at(-1)?.context, {
      "kms:ViaService": ["secretsmanager.eu-west-1.amazonaws.com"],
    });
    assert.deepEqual(neededAccess(of, []), []);
  });

  it("a written stream is a fault if the role is denied access", () => {
    const results = [checkCloudWatch(false, 3), checkCloudWatch(true, 0), checkCloudWatch(true, 1)];
    assert.deepEqual(
      results.map(({ result }) => result),
      ["ok", "ok", "fault"],
    );
    assert.equal(checkCloudWatch(true, { error: "AccessDenied" }).result, "skipped");
  });
});

describe("the denial of CloudWatch Logs", () => {
  const context = { policies: {}, hasRows: true };

  it("is one policy, which is recognised, removed again, and not written twice", () => {
    const plan = planDenial(of, context);
    assert.ok(plan.kind === "change");
    assert.deepEqual(plan.before, plan.after);
    const policies = { [noLogsPolicyName(of)]: plan.policies[0]?.after ?? "" };
    assert.ok(deniesLogs(policies, of));
    assert.ok(!deniesLogs(policies, { ...of, logGroup: "/aws/lambda/other" }));
    assert.equal(planDenial(of, { ...context, policies }).kind, "unchanged");
    const back = planPermission(of, policies);
    assert.ok(back.kind === "change");
    assert.deepEqual(back.obsolete[0]?.name, noLogsPolicyName(of));
    assert.equal(planPermission(of, {}).kind, "unchanged");
  });

  it("is refused without rows, without the extension, and for functions that a stack manages", () => {
    const paths = (plan: ReturnType<typeof planDenial>) =>
      "reasons" in plan ? plan.reasons.map(({ propertyPath }) => propertyPath) : [];
    assert.deepEqual(paths(planDenial(of, { ...context, hasRows: false })), ["rows"]);
    assert.deepEqual(paths(planDenial({ ...of, layers: [] }, context)), ["layers"]);
    const managed = { ...of, tags: { "aws:cloudformation:stack-name": "prod" } };
    assert.deepEqual(paths(planDenial(managed, context)), ["tags"]);
    assert.equal(planDenial(managed, { ...context, changesManaged: true }).kind, "change");
    const full = { policies: { other: "x".repeat(10_200) }, hasRows: true };
    assert.deepEqual(paths(planDenial(of, full)), ["role"]);
  });
});

describe("options of the command line", () => {
  it("are durations with a unit, days that CloudWatch has, and levels", () => {
    assert.deepEqual(
      ["30s", "15m", "6h", "7d"].map((text) => durationMs(text, "--since")),
      [30_000, 900_000, 21_600_000, 604_800_000],
    );
    for (const text of ["", "7", "0s", "-1h", "1w", "1.5h"])
      assert.throws(() => durationMs(text, "--since"), /--since: must be a duration/);
    assert.equal(retentionOf("7"), 7);
    assert.throws(() => retentionOf("8"), /--retention: must be one of: 1, 3/);
    assert.deepEqual([0, 1, 9, 12, 17, 24].map(levelOfNumber), [
      ...[undefined, "trace", "info", "info", "error", "fatal"],
    ]);
  });
});
