import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertAllArrived, invokeAll } from "./arrivals";
import { GrpcIntake } from "./grpcIntake";
import { extensionLines, ingestionKey, ObservedSandbox, runtimes } from "./observedSandbox";

type Settings = Record<string, string>;

/** Settings from the guides of Rotel and of ClickStack, with loopback addresses. */
const cases: Record<string, (bench: ObservedSandbox, grpcPort: number) => Settings> = {
  "gRPC, the default, and a field of a secret that holds JSON": ({ secretArn }, port) => ({
    ROTEL_OTLP_EXPORTER_ENDPOINT: `http://127.0.0.1:${port}`,
    ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=\${${secretArn}#ingestionKey}`,
  }),
  "HTTP and a base URL": ({ clickhouse }) => ({
    ROTEL_OTLP_EXPORTER_ENDPOINT: clickhouse.otlpUrl,
    ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
    ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=${ingestionKey}`,
  }),
  "a list of headers in quotes": ({ clickhouse }) => ({
    ROTEL_OTLP_EXPORTER_ENDPOINT: clickhouse.otlpUrl,
    ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
    ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `"Authorization=${ingestionKey},X-Team=orders"`,
  }),
  "an env file that takes from the environment": ({ clickhouse }) => ({
    ROTEL_ENV_FILE: "/var/task/rotel.env",
    INGESTION_KEY: ingestionKey,
    INTAKE: clickhouse.otlpUrl,
    ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: "Authorization=the-file-wins",
  }),
  "ClickHouse and the whole value from a secret": ({ clickhouse, secretArn }) => ({
    ROTEL_EXPORTER: "clickhouse",
    ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT: clickhouse.httpUrl,
    ROTEL_CLICKHOUSE_EXPORTER_USER: "default",
    ROTEL_CLICKHOUSE_EXPORTER_PASSWORD: `secret://${secretArn}#ingestionKey`,
    ROTEL_CLICKHOUSE_EXPORTER_DATABASE: "default",
    ROTEL_CLICKHOUSE_EXPORTER_TABLE_PREFIX: "otel",
  }),
  "exporters with names, one for each signal": ({ clickhouse, secretArn }) => ({
    ROTEL_EXPORTERS: "stack:otlp,house:clickhouse",
    ROTEL_EXPORTERS_LOGS: "stack",
    ROTEL_EXPORTERS_TRACES: "house",
    ROTEL_EXPORTERS_METRICS: "house",
    ROTEL_EXPORTER_STACK_ENDPOINT: clickhouse.otlpUrl,
    ROTEL_EXPORTER_STACK_PROTOCOL: "http",
    ROTEL_EXPORTER_STACK_CUSTOM_HEADERS: `Authorization=\${${secretArn}#ingestionKey}`,
    ROTEL_EXPORTER_HOUSE_ENDPOINT: clickhouse.httpUrl,
    ROTEL_EXPORTER_HOUSE_USER: "default",
    ROTEL_EXPORTER_HOUSE_PASSWORD: `\${${secretArn}#ingestionKey}`,
    ROTEL_EXPORTER_HOUSE_DATABASE: "default",
  }),
};
const envFile = `# as Rotel reads it
ROTEL_OTLP_EXPORTER_ENDPOINT=\${INTAKE}
ROTEL_OTLP_EXPORTER_PROTOCOL="http"
ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS="Authorization=\${INGESTION_KEY}"
`;

describe("the Rotel extension's documented settings", () => {
  let bench: ObservedSandbox;
  let intake: GrpcIntake;
  let code: string;

  before(async () => {
    bench = await ObservedSandbox.open();
    await bench.storeSecret(JSON.stringify({ ingestionKey, port: 4317, nested: { enabled: true } }));
    intake = await GrpcIntake.start(bench.clickhouse.otlpUrl);
    code = join(bench.directory, "code");
    mkdirSync(code);
    cpSync(runtimes["Node.js 20"].code, code, { recursive: true });
    writeFileSync(join(code, "rotel.env"), envFile);
  });
  after(async () => {
    intake?.stop();
    await bench?.close();
  });

  async function assertDelivers(from: ObservedSandbox, service: string, settings: Settings): Promise<void> {
    const attributes = "service.version=1.2.3,deployment.environment.name=test";
    const environment = { ...settings, ROTEL_OTEL_RESOURCE_ATTRIBUTES: attributes };
    const sandbox = await from.startWithSettings(service, { code, environment }, [intake.port]);
    const invoked = await invokeAll(sandbox, 4);
    await sandbox.shutdown();
    assert.deepEqual(extensionLines(sandbox), [], "nothing to complain of");
    const [log] = await assertAllArrived(from.clickhouse, invoked, service);
    assert.equal(log?.resource["service.version"], "1.2.3");
    assert.equal(log?.resource["deployment.environment.name"], "test");
  }

  for (const [index, [title, settings]] of Object.entries(cases).entries()) {
    it(`need no change: ${title}`, () =>
      assertDelivers(bench, `service-${index}`, settings(bench, intake.port)));
  }

  it("need no change: HTTP and a bearer token, as managed ClickStack expects it", async () => {
    const managed = await ObservedSandbox.open({ ingestionKey: `Bearer ${ingestionKey}` });
    try {
      await assertDelivers(managed, "managed", {
        ROTEL_OTLP_EXPORTER_ENDPOINT: managed.clickhouse.otlpUrl,
        ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
        ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=Bearer ${ingestionKey}`,
      });
    } finally {
      await managed.close();
    }
  });
});
