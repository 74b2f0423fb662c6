import assert from "node:assert/strict";
import fc from "fast-check";
import { secretArguments, telemetryPaths, valueAt } from "../../../../../provider/plan/arguments/table";
import { type Known, knownValue, UNKNOWN } from "../../../../../provider/plan/known";
import { mergeEnvironment } from "../../../../../provider/plan/telemetry/mergedEnvironment";
import {
  knownValues,
  type PlannedArguments,
  plainValues,
  plannedArguments,
  planTelemetry,
  withUnknownKeys,
} from "../../../../../provider/plan/telemetry/plan";
import { variableOf } from "../../../../../provider/plan/telemetry/settings";

const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ingestion-key-AbC123";

/** The variables of a plan whose values are all known. */
const variables = (args: PlannedArguments) =>
  mergeEnvironment({}, planTelemetry(args, plainValues)).variables;

const text = fc.constantFrom("a", "b,c", 'say "hi"', " d ", "${arn:x}");
const pairs = fc.dictionary(fc.constantFrom("x", "y", "x-team"), text, { maxKeys: 3 });

/** Arbitrary arguments, valid or invalid, by the kinds of the table. */
const anyArguments: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    ...{ endpoint: text, protocol: text, managedClickStack: fc.boolean(), webIdentityAudience: text },
    ...{ authorization: fc.constant(secretArn), ingestionKey: text, headers: pairs, serviceName: text },
    ...{ resourceAttributes: pairs, serviceVersion: text, envFile: text, clickhousePassword: text },
    clickhouse: fc.record(
      { endpoint: text, user: text, password: fc.constant(secretArn), asyncInsert: fc.boolean() },
      { requiredKeys: [] },
    ),
    settings: fc.dictionary(fc.constantFrom("flushMode", "otlpExporterProtocol", "nothing"), text),
  },
  { requiredKeys: [] },
);

/** The same arguments with some unknown values, at any depth. */
function obscured(value: unknown, hide: (depth: number) => boolean, depth = 0): unknown {
  if (depth > 0 && hide(depth)) return UNKNOWN;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, obscured(item, hide, depth + 1)]),
  );
}

describe("the plan of the telemetry", () => {
  it("converts the arguments to variables, including lists of pairs", () => {
    const found = variables({
      endpoint: "https://clickstack.example.com:4318",
      managedClickStack: true,
      authorization: `${secretArn}#key`,
      headers: { "x-team": "a,b" },
      serviceName: "orders",
      resourceAttributes: { team: "a" },
      serviceVersion: "1.2.3",
      settings: { CLICKSTACK_MIN_SEVERITY: "info", nothing: "x" },
    });
    assert.deepEqual(found, {
      ROTEL_OTLP_EXPORTER_ENDPOINT: "https://clickstack.example.com:4318",
      CLICKSTACK_MANAGED: "true",
      ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=\${${secretArn}#key},x-team="a,b"`,
      OTEL_SERVICE_NAME: "orders",
      ROTEL_OTEL_RESOURCE_ATTRIBUTES: "team=a,service.version=1.2.3",
      CLICKSTACK_MIN_SEVERITY: "info",
      ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
    });
  });

  it("has the protocol as a default that any other origin replaces", () => {
    const replaced = planTelemetry(
      { endpoint: "https://x", settings: { otlpExporterProtocol: "grpc" } },
      plainValues,
    );
    const merged = mergeEnvironment({}, replaced);
    assert.deepEqual(merged.problems, []);
    assert.equal(merged.variables.ROTEL_OTLP_EXPORTER_PROTOCOL, "grpc");
    const twice = planTelemetry(
      { protocol: "http", settings: { otlpExporterProtocol: "grpc" } },
      plainValues,
    );
    assert.equal(mergeEnvironment({}, twice).problems.length, 1);
  });

  it("is empty if nothing is configured, or only empty values", () => {
    assert.deepEqual(variables({}), {});
    assert.deepEqual(variables({ headers: {}, resourceAttributes: {}, settings: {} }), {});
    assert.deepEqual(variables({ clickhousePassword: "hush" }), {});
  });

  it("names the argument from which a variable comes", () => {
    const origins = (args: PlannedArguments) =>
      planTelemetry(args, plainValues).map(({ origin, isDefault }) => `${origin}${isDefault ? "?" : ""}`);
    assert.deepEqual(origins({ authorization: secretArn, serviceVersion: "1" }), [
      "authorization",
      "serviceVersion",
    ]);
    assert.deepEqual(origins({ ingestionKey: "hush" }), ["ingestionKey"]);
    assert.deepEqual(origins({ authorization: secretArn, headers: { a: "b" } }), ["headers"]);
    assert.deepEqual(origins({ clickhouse: { user: "x" }, clickhousePassword: "hush" }), [
      "clickhouse.user",
      "clickhousePassword",
      "clickhouse?",
    ]);
  });

  it("is the same for a check that knows everything", () => {
    fc.assert(
      fc.property(anyArguments, (args) => {
        const known = planTelemetry(args, knownValues);
        assert.deepEqual(known, planTelemetry(args, plainValues));
      }),
    );
  });

  it("is for a check that does not know all of it never longer than the variables will be", () => {
    const size = (planned: readonly { value: Known<string> }[]) =>
      planned.reduce((sum, { value }) => sum + (knownValue(value) ?? "").length, 0);
    fc.assert(
      fc.property(anyArguments, fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }), (args, hidden) => {
        let next = 0;
        const hide = () => hidden[next++ % hidden.length] ?? false;
        const view = obscured(args, hide) as PlannedArguments;
        const shorter = size(planTelemetry(withUnknownKeys(view), knownValues));
        assert.ok(shorter <= size(planTelemetry(args, plainValues)), JSON.stringify(args));
      }),
    );
  });

  it("does not pass keys to checks", () => {
    const args = { ingestionKey: "hush-1", clickhousePassword: "hush-2", clickhouse: { user: "x" } };
    const found = planTelemetry(withUnknownKeys(args), knownValues).map(({ value }) => String(value));
    assert.ok(!/hush/.test(found.join()), found.join());
  });
});

describe("the table of arguments", () => {
  it("names settings, entries and places that there are", () => {
    for (const { path, argument } of telemetryPaths) {
      const { setting, entry, secret, implies = {} } = argument;
      for (const name of [setting, ...Object.keys(implies)]) assert.ok(!name || variableOf(name), path);
      const paths = telemetryPaths.map((one) => one.path);
      for (const other of [entry?.of, secret?.insteadOf]) assert.ok(!other || paths.includes(other), path);
      assert.ok(!secret || argument.confidential, path);
    }
    assert.deepEqual(secretArguments, ["ingestionKey", "clickhousePassword"]);
  });

  it("reports the arguments from which the plan is made", () => {
    const args = Object.fromEntries(telemetryPaths.map(({ path }) => [path, path]));
    const names = Object.keys(plannedArguments(args));
    for (const name of ["endpoint", "ingestionKey", "authorization", "clickhouse", "settings"])
      assert.ok(names.includes(name), name);
    for (const name of ["extension", "secretArns", "requireDelivery"]) assert.ok(!names.includes(name), name);
  });

  it("finds values by paths, as far as they are known", () => {
    assert.equal(valueAt({ clickhouse: { user: "x" } }, "clickhouse.user"), "x");
    assert.equal(valueAt({ clickhouse: UNKNOWN }, "clickhouse.user"), undefined);
    assert.equal(valueAt({ clickhouse: null }, "clickhouse"), undefined);
  });
});
