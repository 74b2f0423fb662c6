import assert from "node:assert/strict";
import { type PlannedChange, planChange, planRemoval, type Telemetry } from "../../../cli/plan/change";
import type { FunctionState } from "../../../cli/plan/functionState";
import { originalOf, recordVariable } from "../../../cli/plan/record";
import { diffOf, shownValue } from "../../../cli/plan/shownChange";

const layer = (name: string, version = 1) => `arn:aws:lambda:eu-west-1:123456789012:layer:${name}:${version}`;
const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbC123";
const extension = layer("clickstack-extension-amd64", 3);
const telemetry: Telemetry = {
  extension: { layerVersionArn: extension },
  endpoint: "https://clickstack.example.com:4318",
  authorization: secret,
};

function functionOf(more: Partial<FunctionState> = {}): FunctionState {
  return {
    name: "orders",
    arn: "arn:aws:lambda:eu-west-1:123456789012:function:orders",
    region: "eu-west-1",
    runtime: "nodejs22.x",
    architectures: ["x86_64"],
    packageType: "Zip",
    role: "arn:aws:iam::123456789012:role/orders",
    layers: [layer("own"), layer("other")],
    variables: { STAGE: "live" },
    timeout: 10,
    memorySize: 256,
    logGroup: "/aws/lambda/orders",
    ...more,
  };
}

function changeOf(of: FunctionState, given: Telemetry = telemetry, policies = {}): PlannedChange {
  const plan = planChange(of, given, { policies });
  assert.equal(plan.kind, "change", JSON.stringify(plan));
  return plan as PlannedChange;
}

const reasonsOf = (more: Partial<FunctionState>, policies = {}) => {
  const plan = planChange(functionOf(more), telemetry, { policies });
  assert.equal(plan.kind, "skipped");
  return "reasons" in plan
    ? plan.reasons.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`).join("\n")
    : "";
};

describe("the plan of a change", () => {
  it("adds to the function's configuration, with a record, and a policy for its secret", () => {
    const { after, policies } = changeOf(functionOf());
    assert.deepEqual(after.layers, [layer("own"), layer("other"), extension]);
    assert.equal(after.variables.STAGE, "live");
    assert.equal(
      after.variables[recordVariable],
      "v1 layers=123456789012:clickstack-extension-amd64 variables=ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS,ROTEL_OTLP_EXPORTER_ENDPOINT,ROTEL_OTLP_EXPORTER_PROTOCOL",
    );
    assert.deepEqual(
      policies.map(({ name, before }) => [name, before]),
      [["clickstack-lambda-eu-west-1-orders", undefined]],
    );
    assert.match(policies[0]?.after ?? "", new RegExp(secret));
  });

  it("is empty if it was already made, and restores what was removed manually", () => {
    const { after, policies } = changeOf(functionOf());
    const done = functionOf(after);
    const written = Object.fromEntries(policies.map(({ name, after: document }) => [name, document ?? ""]));
    assert.equal(planChange(done, telemetry, { policies: written }).kind, "unchanged");
    const without = functionOf({ ...after, layers: [layer("own"), layer("other")] });
    assert.deepEqual(changeOf(without, telemetry, written).after, after);
    assert.deepEqual(
      changeOf(done).policies.map(({ name }) => name),
      ["clickstack-lambda-eu-west-1-orders"],
    );
  });

  it("replaces the settings of an earlier run, with nothing of them left", () => {
    const { after, policies } = changeOf(functionOf());
    const written = Object.fromEntries(policies.map(({ name, after: document }) => [name, document ?? ""]));
    const other: Telemetry = {
      extension: { layerVersionArn: layer("clickstack-extension-amd64", 4) },
      clickhouse: { endpoint: "https://ch.example.com:8443" },
    };
    const change = changeOf(functionOf(after), other, written);
    assert.ok(!("ROTEL_OTLP_EXPORTER_ENDPOINT" in change.after.variables));
    assert.deepEqual(change.after.layers.slice(2), [layer("clickstack-extension-amd64", 4)]);
    // The function uses its secret until it is changed.
    assert.deepEqual(
      [change.policies, change.obsolete.map(({ name }) => name)],
      [[], ["clickstack-lambda-eu-west-1-orders"]],
    );
  });

  it("can be undone exactly, also after others changed the function", () => {
    const { after } = changeOf(functionOf());
    assert.deepEqual(originalOf(after), { layers: functionOf().layers, variables: { STAGE: "live" } });
    const since = functionOf({
      layers: [layer("own", 2), extension, layer("new")],
      variables: {
        ...after.variables,
        STAGE: "test",
        MORE: "1",
        ROTEL_OTLP_EXPORTER_ENDPOINT: "https://elsewhere:4318",
      },
    });
    const plan = planRemoval(since, {
      own: "{}",
      "clickstack-lambda-eu-west-1-orders-no-logs": "{}",
    }) as PlannedChange;
    assert.deepEqual(plan.after, {
      layers: [layer("own", 2), layer("new")],
      variables: { STAGE: "test", MORE: "1" },
    });
    assert.deepEqual(plan.policies, [{ name: "clickstack-lambda-eu-west-1-orders-no-logs", before: "{}" }]);
    assert.equal(planRemoval(functionOf(), {}).kind, "unchanged");
    const left = planRemoval(functionOf(), { "clickstack-lambda-eu-west-1-orders": "{}" });
    assert.equal(left.kind, "change", "an interrupted run left a policy");
  });

  it("removes the policy of a function with secrets, even if IAM does not show it yet", () => {
    const { after } = changeOf(functionOf());
    const plan = planRemoval(functionOf({ ...after }), {}) as PlannedChange;
    assert.deepEqual(plan.obsolete, [{ name: "clickstack-lambda-eu-west-1-orders" }]);
    assert.ok(diffOf(plan).every(({ subject }) => subject !== "policy"));
    const keyless = changeOf(functionOf(), { ...telemetry, authorization: undefined });
    assert.deepEqual((planRemoval(functionOf({ ...keyless.after }), {}) as PlannedChange).obsolete, []);
  });

  it("skips what cannot be changed, with the reason", () => {
    assert.match(reasonsOf({ packageType: "Image", runtime: undefined }), /^packageType: .*container images/);
    assert.match(reasonsOf({ runtime: "nodejs14.x" }), /^runtime: nodejs14\.x is retired/);
    assert.match(
      reasonsOf({ layers: ["a", "b", "c", "d", "e"].map((name) => layer(name)) }),
      /5 layers of its own/,
    );
    assert.match(reasonsOf({ variables: { LONG: "x".repeat(3900) } }), /Lambda allows 4096/);
    assert.match(
      reasonsOf({ variables: { ROTEL_OTLP_EXPORTER_ENDPOINT: "x" } }),
      /is set by endpoint and by environment/,
    );
    assert.match(reasonsOf({ layers: [layer("rotel-extension-amd64")] }), /already has the extension/);
    assert.match(reasonsOf({ variables: { [recordVariable]: "?" } }), /does not say what to restore/);
    assert.match(reasonsOf({ unreadable: "KMSAccessDeniedException" }), /an update would delete them/);
    assert.match(
      reasonsOf({ tags: { "aws:cloudformation:stack-name": "shop" } }),
      /the CloudFormation stack shop/,
    );
    assert.match(reasonsOf({ tags: { "sst:app": "shop" } }), /the SST app shop/);
    assert.match(reasonsOf({}, { large: "x".repeat(10_200) }), /IAM allows 10240/);
    const managed = functionOf({ tags: { "aws:cloudformation:stack-name": "shop" } });
    assert.equal(planChange(managed, telemetry, { policies: {}, changesManaged: true }).kind, "change");
  });
});

describe("the description of a change", () => {
  it("names layers, variables and policies, without the record", () => {
    const lines = diffOf(changeOf(functionOf())).map(
      ({ sign, subject, text }) => `${sign} ${subject} ${text}`,
    );
    assert.deepEqual(lines, [
      `+ layer ${extension}`,
      `+ variable ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS=Authorization=\${${secret}}`,
      "+ variable ROTEL_OTLP_EXPORTER_ENDPOINT=https://clickstack.example.com:4318",
      "+ variable ROTEL_OTLP_EXPORTER_PROTOCOL=http",
      "+ policy clickstack-lambda-eu-west-1-orders: Allow secretsmanager:GetSecretValue",
    ]);
  });

  it("holds no value that may be a key", () => {
    assert.equal(
      shownValue("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", "Authorization=hush,x=1"),
      "Authorization=…,x=…",
    );
    assert.equal(
      shownValue("ROTEL_OTLP_EXPORTER_ENDPOINT", "https://me:hush@host:1/?key=hush"),
      "https://host:1",
    );
    assert.equal(shownValue("ROTEL_CLICKHOUSE_EXPORTER_PASSWORD", "hush"), "…");
    assert.equal(shownValue("SOMEBODY_ELSES", "hush"), "…");
    assert.equal(shownValue("OTEL_RESOURCE_ATTRIBUTES", "team=shop"), "team=shop");
  });
});
