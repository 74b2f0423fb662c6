import assert from "node:assert/strict";
import fc from "fast-check";
import { keyValueList } from "../../../provider/plan/environment";
import { keyValuePairs } from "../../../provider/plan/keyValueList";
import { logsDestination } from "../../../provider/plan/logsDestination";

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
});
