import assert from "node:assert/strict";
import type { FunctionView } from "../../../../../provider/plan/arguments/view";
import { checkFunction } from "../../../../../provider/plan/checks/validate";
import { UNKNOWN } from "../../../../../provider/plan/known";
import { webIdentityStatement } from "../../../../../provider/plan/policies/statements";
import { isAllowed } from "../../../../../sandbox/aws/policy";

const layerVersionArn = "arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-extension-amd64:3";
const endpoint = "https://clickstack.example.com:4318";
const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbC123";

function reasons(view: FunctionView): Record<string, string> {
  const problems = checkFunction({ runtime: "nodejs22.x", extension: { layerVersionArn }, ...view });
  return Object.fromEntries(problems.map(({ propertyPath, reason }) => [propertyPath, reason]));
}

describe("managed ClickStack", () => {
  const reasonsOf = (view: FunctionView) => reasons({ managedClickStack: true, ...view });

  it("accepts a host or a URL, and a key of either kind", () => {
    for (const right of ["ingest.example.com", "ingest.example.com:443", "https://ingest.example.com"]) {
      assert.deepEqual(reasonsOf({ endpoint: right, authorization: secretArn }), {}, right);
    }
    assert.deepEqual(reasonsOf({ endpoint: UNKNOWN, ingestionKey: "hush", protocol: "http" }), {});
    assert.deepEqual(reasonsOf({ settings: { otlpExporterEndpoint: "https://ingest.example.com" } }), {});
    assert.match(reasonsOf({ endpoint: "in gest" }).endpoint ?? "", /not a valid URL/);
    assert.match(reasons({ endpoint: "ingest.example.com" }).endpoint ?? "", /scheme/);
  });

  it("is not combined with incompatible arguments", () => {
    assert.match(reasonsOf({}).managedClickStack ?? "", /needs the endpoint of managed ClickStack/);
    assert.match(reasonsOf({ endpoint, protocol: "grpc" }).protocol ?? "", /HTTP only: remove this/);
    const clickhouse = { endpoint: "https://x:8443" };
    assert.match(reasonsOf({ clickhouse }).managedClickStack ?? "", /telemetry is sent to clickhouse/);
    assert.deepEqual(reasons({ clickhouse, managedClickStack: false }), {});
    assert.deepEqual(reasons({ clickhouse, managedClickStack: UNKNOWN }), {});
    const variables = { CLICKSTACK_MANAGED: "false" };
    const twice = reasonsOf({ endpoint, environment: { variables } });
    assert.match(twice["environment.variables.CLICKSTACK_MANAGED"] ?? "", /set by managedClickStack and by/);
  });
});

describe("web identity tokens", () => {
  const audience = "https://collector.example.com";
  const reasonsOf = (view: FunctionView) => reasons({ endpoint, webIdentityAudience: audience, ...view });

  it("take the place of every other key", () => {
    assert.deepEqual(reasonsOf({}), {});
    assert.deepEqual(reasonsOf({ webIdentityAudience: UNKNOWN, headers: { "x-tenant": "a" } }), {});
    const others: [FunctionView, RegExp][] = [
      [{ authorization: secretArn }, /set by authorization and by webIdentityAudience/],
      [{ authorization: UNKNOWN }, /set by authorization and by webIdentityAudience/],
      [{ ingestionKey: "hush" }, /set by ingestionKey and by webIdentityAudience/],
      [{ headers: { authorization: "x" } }, /set by headers\["authorization"\] and by/],
      [{ endpoint: undefined, clickhouse: { endpoint: "https://x:8443" } }, /is sent to clickhouse/],
    ];
    for (const [view, reason] of others) assert.match(reasonsOf(view).webIdentityAudience ?? "", reason);
    const guarded = { requireDelivery: true, cloudWatchLogs: "Disable" };
    assert.match(reasonsOf(guarded).requireDelivery ?? "", /issues the token to the function only/);
  });

  it("have an audience that the role's policy can name", () => {
    const reason = (webIdentityAudience: string) =>
      reasons({ endpoint, webIdentityAudience }).webIdentityAudience ?? "";
    assert.match(reason(" "), /is empty/);
    assert.match(reason("a".repeat(1001)), /has 1001 characters/);
    assert.equal(reason("a".repeat(1000)), "");
    for (const reference of [`\${${secretArn}}`, `secret://${secretArn}`]) {
      assert.match(reason(reference), /cannot be a reference/);
    }
  });

  it("are allowed to a role only for this audience, as the extension requests them", () => {
    const policies = [{ Statement: [webIdentityStatement(audience)] }];
    const request = { audience: [audience], seconds: "900", algorithm: "RS256" };
    const allowed = (changed: Partial<typeof request> = {}, action = "sts:GetWebIdentityToken") => {
      const { audience: of, seconds, algorithm } = { ...request, ...changed };
      const context = {
        ...(of.length === 0 ? {} : { "sts:IdentityTokenAudience": of }),
        "sts:DurationSeconds": seconds,
        "sts:SigningAlgorithm": algorithm,
      };
      return isAllowed(policies, { action, resource: "*", context });
    };
    assert.ok(allowed());
    assert.ok(allowed({ seconds: "60" }));
    assert.ok(!allowed({ seconds: "3600" }));
    assert.ok(!allowed({ algorithm: "ES384" }));
    assert.ok(!allowed({ audience: [audience, "https://other.example.com"] }));
    assert.ok(!allowed({ audience: ["https://other.example.com"] }));
    assert.ok(!allowed({ audience: [] }));
    assert.ok(!allowed({}, "sts:TagGetWebIdentityToken"));
  });
});
