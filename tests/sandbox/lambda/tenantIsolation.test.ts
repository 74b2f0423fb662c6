import assert from "node:assert/strict";
import { records, Workbench } from "./fixtures";

const source = `
let count = 0;
exports.handler = async (event, context) => {
  count += 1;
  return { count, tenantId: context.tenantId };
};
`;

describe("sandbox: tenant isolation", () => {
  let bench: Workbench;
  beforeEach(async () => {
    bench = await Workbench.open();
  });
  afterEach(() => bench.close());

  for (const maxConcurrency of [1, 4]) {
    it(`no tenant runs where another ran, with ${maxConcurrency} environments at most`, async () => {
      const layers = [bench.extensionLayer()];
      const definition = bench.nodeFunction(source, { runtime: "nodejs22.x", tenantIsolation: true, layers });
      const sandbox = await bench.start(definition, { maxConcurrency });
      const environments = new Map<string, Set<string>>();
      const requests = new Map<string, string>();
      for (const tenantId of ["blue", "green", "blue", "blue"]) {
        const { environmentId, requestId, payload } = await sandbox.invoke({}, { tenantId });
        assert.deepEqual((payload as { tenantId: string }).tenantId, tenantId);
        environments.set(tenantId, (environments.get(tenantId) ?? new Set()).add(environmentId));
        requests.set(requestId, tenantId);
      }
      const [blue = new Set(), green = new Set()] = environments.values();
      assert.ok([...blue].every((environment) => !green.has(environment)));
      // With at most one environment, green's has replaced blue's first one.
      if (sandbox.isolation.mode !== "none") assert.equal(blue.size, maxConcurrency === 1 ? 2 : 1);
      await sandbox.shutdown();
      for (const type of ["platform.start", "platform.runtimeDone", "platform.report"]) {
        const tenants = records(bench.telemetry(), type).map((record) => [record.requestId, record.tenantId]);
        // The report of a frozen environment is delivered when it runs again, or ends.
        assert.deepEqual(new Map(tenants as [string, string][]), requests, type);
      }
    });
  }

  it("Python functions receive the tenant, too", async () => {
    const python = `
def handler(event, context):
    return context.tenant_id
`;
    const sandbox = await bench.start(bench.pythonFunction(python, { tenantIsolation: true }));
    assert.equal((await sandbox.invoke({}, { tenantId: "blue tenant@1" })).payload, "blue tenant@1");
  });

  it("refuses what Lambda refuses", async () => {
    const isolated = await bench.start(
      bench.nodeFunction(source, { name: "isolated", tenantIsolation: true }),
    );
    await assert.rejects(isolated.invoke({}), /InvalidParameterValueException.*add a tenant id/);
    for (const tenantId of ["", "a\tb", "é", "a".repeat(257)]) {
      await assert.rejects(isolated.invoke({}, { tenantId }), /ValidationException: tenantId/);
    }
    const ordinary = await bench.start(bench.nodeFunction(source, { name: "ordinary" }));
    await assert.rejects(ordinary.invoke({}, { tenantId: "blue" }), /has no tenant isolation/);
    const provisioned = bench.nodeFunction(source, {
      name: "provisioned",
      version: "1",
      tenantIsolation: true,
      initializationType: "provisioned-concurrency",
    });
    await assert.rejects(bench.start(provisioned), /function\.tenantIsolation: not available/);
  });
});
