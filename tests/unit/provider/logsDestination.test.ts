import assert from "node:assert/strict";
import fc from "fast-check";
import { keyValueList } from "../../../provider/plan/environment";
import { keyValuePairs } from "../../../provider/plan/keyValueList";
import { logsDestinations, type OtlpDestination } from "../../../provider/plan/logsDestination";

const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a=b,c-AbC123";

describe("lists of pairs", () => {
  it("are read as they were written", () => {
    const value = fc.string().filter((text) => !/[\r\n]|\$\{/.test(text));
    const pairs = fc.dictionary(fc.stringMatching(/^[A-Za-z-]{1,8}$/), value);
    fc.assert(
      fc.property(pairs, (written) => {
        const read = keyValuePairs(keyValueList(written)).map(({ key, value }) => [key, value]);
        assert.deepEqual(read, Object.entries(written));
      }),
    );
  });

  it("are read as the extension reads them", () => {
    assert.deepEqual(keyValuePairs(`Authorization=Bearer \${${arn}} , ,x=1`), [
      { key: "Authorization", value: `Bearer \${${arn}}` },
      { key: "x", value: "1" },
    ]);
    assert.deepEqual(keyValuePairs('"a=1,b=\\"2,3\\""'), [
      { key: "a", value: "1" },
      { key: "b", value: "2,3" },
    ]);
    assert.deepEqual(keyValuePairs(`\${${arn}},"b=2,3"`), [
      { value: `\${${arn}}` },
      { key: "b", value: "2,3" },
    ]);
    assert.deepEqual(keyValuePairs('q=say "hi",r=\\'), [
      { key: "q", value: 'say "hi"' },
      { key: "r", value: "\\" },
    ]);
  });
});

/** The only destination, which is one by OTLP. */
const logsDestination = (variables: Record<string, string>): OtlpDestination => {
  const [only, ...others] = logsDestinations(variables);
  assert.ok(only !== undefined && only.kind !== "clickhouse" && others.length === 0);
  return only;
};

describe("where logs go by the environment", () => {
  const base = { ROTEL_OTLP_EXPORTER_ENDPOINT: "http://x:4318/", ROTEL_OTLP_EXPORTER_PROTOCOL: "http" };

  it("is Rotel's variables, those for logs first", () => {
    assert.deepEqual(logsDestination({ ...base, OTEL_EXPORTER_OTLP_HEADERS: "a=no" }), {
      kind: "http",
      url: "http://x:4318/v1/logs",
      headers: [],
    });
    const logs = {
      ROTEL_OTLP_EXPORTER_LOGS_ENDPOINT: "http://logs:1/in",
      ROTEL_OTLP_EXPORTER_LOGS_CUSTOM_HEADERS: "b=logs",
      ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: "a=all",
    };
    assert.deepEqual(logsDestination({ ...base, ...logs }), {
      kind: "http",
      url: "http://logs:1/in",
      headers: [{ key: "b", value: "logs" }],
    });
  });

  it("is OpenTelemetry's where Rotel's name no endpoint", () => {
    assert.deepEqual(
      logsDestination({
        OTEL_EXPORTER_OTLP_ENDPOINT: "https://standard:4318",
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/protobuf",
        OTEL_EXPORTER_OTLP_HEADERS: "a=b%20c,d=%",
      }),
      {
        kind: "http",
        url: "https://standard:4318/v1/logs",
        headers: [
          { key: "a", value: "b c" },
          { key: "d", value: "%" },
        ],
      },
    );
  });

  it("is gRPC by default, with basic authentication where that is set", () => {
    const basic = {
      ROTEL_OTLP_EXPORTER_ENDPOINT: "http://x:4317",
      ROTEL_OTLP_EXPORTER_AUTHENTICATOR: "basic",
      ROTEL_OTLP_EXPORTER_BASIC_AUTH_USERNAME: "me",
      ROTEL_OTLP_EXPORTER_BASIC_AUTH_PASSWORD: "hush",
    };
    const { kind, url, basicAuth } = logsDestination(basic);
    assert.deepEqual([kind, url, basicAuth], ["grpc", "http://x:4317", { user: "me", password: "hush" }]);
  });

  it("has its choices in any case, as the extension and the checks of settings take them", () => {
    const given = {
      ...base,
      ROTEL_OTLP_EXPORTER_PROTOCOL: "HTTP",
      ROTEL_OTLP_EXPORTER_AUTHENTICATOR: "Basic",
    };
    const { kind, basicAuth } = logsDestination(given);
    assert.deepEqual([kind, basicAuth], ["http", { user: "", password: "" }]);
  });

  it("is ClickHouse, or nowhere, where the exporter is another", () => {
    const url = { ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT: "https://ch:8443" };
    const defaults = { user: "default", password: undefined, database: "default", tablePrefix: "otel" };
    const given = { ...base, ...url, ROTEL_EXPORTER: "ClickHouse" };
    assert.deepEqual(logsDestinations(given), [{ kind: "clickhouse", url: "https://ch:8443", ...defaults }]);
    assert.deepEqual(logsDestinations({ ...given, CLICKSTACK_COMPAT: "Rotel" }), [
      { kind: "clickhouse", url: "https://ch:8443", ...defaults, database: "otel" },
    ]);
    assert.deepEqual(logsDestinations({ ...base, ROTEL_EXPORTER: "blackhole" }), []);
  });

  it("is each of the named exporters that get logs", () => {
    const named = {
      ...base,
      ROTEL_EXPORTER: "blackhole",
      ROTEL_EXPORTERS: "main:otlp, store : clickhouse,none:blackhole,otlp,odd:kafka,main:clickhouse",
      ROTEL_EXPORTER_MAIN_ENDPOINT: "https://main:4317",
      ROTEL_EXPORTER_MAIN_CUSTOM_HEADERS: "a=b",
      ROTEL_EXPORTER_STORE_ENDPOINT: "https://ch:8443",
      ROTEL_EXPORTER_STORE_USER: "writer",
      ROTEL_EXPORTER_STORE_DATABASE: "default",
      ROTEL_EXPORTER_OTLP_ENDPOINT: "https://other:4318",
      ROTEL_EXPORTER_OTLP_PROTOCOL: "http",
      OTEL_EXPORTER_OTLP_HEADERS: "no=no",
    };
    const main = { kind: "grpc", url: "https://main:4317", headers: [{ key: "a", value: "b" }] };
    const other = { kind: "http", url: "https://other:4318/v1/logs", headers: [] };
    const store = { user: "writer", password: undefined, database: "default", tablePrefix: "otel" };
    const all = [main, { kind: "clickhouse", url: "https://ch:8443", ...store }, other];
    assert.deepEqual(logsDestinations(named), all);
    assert.deepEqual(logsDestinations({ ...named, ROTEL_EXPORTERS_LOGS: "otlp, none,what" }), [other]);
    assert.deepEqual(logsDestinations({ ...named, ROTEL_EXPORTERS_TRACES: "main" }), []);
  });
});
