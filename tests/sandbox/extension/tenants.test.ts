import assert from "node:assert/strict";
import { readLogs, readSpans } from "../../../sandbox/clickhouse/telemetry";
import { ingestionKey, ObservedSandbox, runtimes } from "./observedSandbox";

/** Without a secret, which may arrive too late for an environment that ends after one invocation. */
const environment = { ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=${ingestionKey}` };
const attribute = "aws.lambda.tenant_id";

describe("a function with tenant isolation", () => {
  let bench: ObservedSandbox;
  beforeEach(async () => {
    bench = await ObservedSandbox.open();
  });
  afterEach(() => bench.close());

  for (const logFormat of ["Text", "JSON"] as const) {
    it(`${logFormat}: lines, spans and metrics name the tenant of their invocation`, async () => {
      const changes = { ...runtimes["Node.js 22"], logFormat, environment, tenantIsolation: true };
      const sandbox = await bench.start("shared", changes);
      const tenants = new Map<string, string>();
      for (const tenantId of ["blue", "green", "blue"]) {
        const { requestId } = await sandbox.invoke({ scenario: "plain", lines: 3 }, { tenantId });
        tenants.set(requestId, tenantId);
      }
      await sandbox.shutdown();
      for (const [invocationId, tenant] of tenants) {
        const logs = await readLogs(bench.clickhouse, { invocationId });
        assert.ok(logs.length >= 3);
        const spans = await readSpans(bench.clickhouse, { invocationId });
        assert.equal(spans.length, 1);
        for (const { attributes } of [...logs, ...spans]) assert.equal(attributes[attribute], tenant);
      }
      const counts = await bench.clickhouse.query<{ tenant: string; invocations: number }>(
        `SELECT Attributes['${attribute}'] AS tenant, sum(Value) AS invocations FROM otel_metrics_sum
        WHERE MetricName = 'faas.invocations' GROUP BY tenant ORDER BY tenant`,
      );
      assert.deepEqual(
        counts.map(({ tenant, invocations }) => [tenant, Number(invocations)]),
        [
          ["blue", 2],
          ["green", 1],
        ],
      );
    });
  }
});
