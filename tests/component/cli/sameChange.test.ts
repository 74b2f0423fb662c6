import assert from "node:assert/strict";
import { type PlannedChange, planChange, type Telemetry } from "../../../cli/plan/change";
import type { FunctionState } from "../../../cli/plan/functionState";
import { recordVariable } from "../../../cli/plan/record";
import type * as clickstack from "../../../index";
import { type ObservedInputs, observed } from "../../../observed";
import { givenRole, observe, problems, secretArn, types } from "../observedFunctionFixture";

const ownLayer = "arn:aws:lambda:eu-west-1:123456789012:layer:own:1";
const parameterArn = "arn:aws:ssm:eu-west-1:123456789012:parameter/clickstack/key";
const keyArn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";
const endpoint = "https://clickstack.example.com:4318";
const manifest = {
  formatVersion: 1,
  layers: ["x86_64", "arm64"].map((architecture) => ({
    region: "eu-west-1",
    architecture,
    layerVersionArn: `arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-extension-${architecture === "arm64" ? "arm64" : "amd64"}:9`,
  })),
};

/** Existing functions, and how to observe them. */
const table: { of: string; own?: Partial<FunctionState>; telemetry: Telemetry }[] = [
  { of: "an endpoint alone", telemetry: { endpoint } },
  {
    of: "layers and variables of its own",
    own: { layers: [ownLayer], variables: { STAGE: "live" } },
    telemetry: { endpoint },
  },
  { of: "a key in a secret", telemetry: { endpoint, authorization: secretArn } },
  {
    of: "a field of a secret, encrypted",
    telemetry: { endpoint, authorization: `${secretArn}#key`, secretKmsKeyArns: [keyArn] },
  },
  {
    of: "headers with references",
    telemetry: { endpoint, headers: { "x-team": "shop", "x-key": `\${${parameterArn}}` } },
  },
  {
    of: "a reference of its own",
    own: { variables: { ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `a=\${${secretArn}}` } },
    telemetry: { endpoint },
  },
  {
    of: "several secrets",
    telemetry: {
      endpoint,
      authorization: secretArn,
      secretArns: [parameterArn, `${secretArn.slice(0, -6)}XyZ789`],
    },
  },
  {
    of: "ClickHouse",
    telemetry: {
      clickhouse: {
        endpoint: "https://ch.example.com:8443",
        user: "otel",
        password: secretArn,
        asyncInsert: false,
      },
    },
  },
  { of: "managed ClickStack", telemetry: { endpoint, managedClickStack: true, authorization: secretArn } },
  {
    of: "tokens in place of keys",
    telemetry: { endpoint, webIdentityAudience: "https://collector.example.com" },
  },
  {
    of: "attributes, a version and a rhythm",
    telemetry: {
      endpoint,
      serviceName: "shop",
      serviceVersion: "1.2",
      resourceAttributes: { team: "a,b" },
      flushMode: "end",
    },
  },
  {
    of: "further settings",
    telemetry: { endpoint, settings: { batchMaxSize: "100", ROTEL_OTLP_EXPORTER_COMPRESSION: "none" } },
  },
  { of: "a manifest", own: { architectures: ["arm64"] }, telemetry: { endpoint, extension: { manifest } } },
  { of: "Rotel's layers", telemetry: { endpoint, extension: { rotel: { version: 12, suffix: "-alpha" } } } },
  {
    of: "tracing",
    own: { runtime: "python3.13", layers: [ownLayer] },
    telemetry: { endpoint, autoInstrumentation: {} },
  },
  {
    of: "light tracing by default, for Node.js",
    telemetry: { endpoint, autoInstrumentation: {} },
  },
  {
    of: "light tracing, named, for Python",
    own: { runtime: "python3.13" },
    telemetry: { endpoint, autoInstrumentation: { distribution: "light" } },
  },
  {
    of: "tracing for Java",
    own: { runtime: "java21", layers: [ownLayer] },
    telemetry: { endpoint, autoInstrumentation: {} },
  },
  { of: "AWS's tracing", telemetry: { endpoint, autoInstrumentation: { distribution: "adot" } } },
  {
    of: "a default that it has set",
    own: { variables: { ROTEL_OTLP_EXPORTER_PROTOCOL: "grpc" } },
    telemetry: { endpoint: "https://clickstack.example.com:4317" },
  },
];

/** A manifest of a version of the extension without light tracing. */
const older: Telemetry = { endpoint, autoInstrumentation: {}, extension: { manifest } };

/** Both report the same faults with the same words. */
const refused: { of: string; own?: Partial<FunctionState>; telemetry: Telemetry }[] = [
  {
    of: "a variable that it has set",
    own: { variables: { ROTEL_OTLP_EXPORTER_ENDPOINT: endpoint } },
    telemetry: { endpoint },
  },
  { of: "a retired runtime", own: { runtime: "nodejs14.x" }, telemetry: { endpoint } },
  {
    of: "too many layers",
    own: { layers: ["a", "b", "c", "d", "e"].map((name) => ownLayer.replace("own", name)) },
    telemetry: { endpoint },
  },
  {
    of: "no tracing for the runtime",
    own: { runtime: "provided.al2023" },
    telemetry: { endpoint, autoInstrumentation: {} },
  },
  { of: "a full environment", own: { variables: { LONG: "x".repeat(4080) } }, telemetry: { endpoint } },
  { of: "layers without light tracing", telemetry: older },
  { of: "a wrong endpoint", telemetry: { endpoint: "https://x:9000" } },
];

const extension = {
  layerVersionArn: "arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-extension-amd64:3",
};

function stateOf(own: Partial<FunctionState> = {}): FunctionState {
  return {
    name: "api",
    arn: "arn:aws:lambda:eu-west-1:123456789012:function:api",
    region: "eu-west-1",
    runtime: "nodejs22.x",
    architectures: ["x86_64"],
    packageType: "Zip",
    role: givenRole,
    layers: [],
    variables: {},
    memorySize: 512,
    timeout: 10,
    logGroup: "/aws/lambda/api",
    ...own,
  };
}

/** The same function for the component. */
function argumentsOf(own: Partial<FunctionState> | undefined, telemetry: Telemetry) {
  const { runtime, architectures, role, layers, variables, memorySize, timeout } = stateOf(own);
  const given = {
    ...{ runtime, role, memorySize, timeout, region: "eu-west-1" },
    architectures: [...architectures],
    ...(layers.length > 0 && { layers: [...layers] }),
    ...(Object.keys(variables).length > 0 && { environment: { variables } }),
  };
  return { ...given, extension, ...telemetry } as Partial<clickstack.ObservedFunctionArgs>;
}

describe("the command line and ObservedFunction", () => {
  for (const { of, own, telemetry } of table) {
    it(`make the same change with ${of}`, async () => {
      const { inputs, environment, resources } = await observe(argumentsOf(own, telemetry));
      const plan = planChange(stateOf(own), { extension, ...telemetry }, { policies: {} });
      assert.equal(plan.kind, "change", JSON.stringify(plan));
      const { after, policies } = plan as PlannedChange;
      const { [recordVariable]: _record, ...variables } = after.variables;
      assert.deepEqual(variables, environment);
      assert.deepEqual(after.layers, inputs.layers);
      const documents = resources.all
        .filter(({ type }) => type === types.policy)
        .map(({ inputs: { policy } }) => JSON.parse(String(policy)));
      assert.deepEqual(
        policies.map(({ after: document }) => JSON.parse(document ?? "")),
        documents,
      );
      const { architectures, layers, variables: its, runtime, region } = stateOf(own);
      const architecture = architectures[0] as "x86_64" | "arm64";
      const given = { region, architecture, layers, environment: its, ...(runtime && { runtime }) };
      const program = observed({ extension, ...given, ...telemetry } as ObservedInputs);
      assert.deepEqual(program.environment, environment);
      assert.deepEqual(program.layers, inputs.layers);
      assert.deepEqual(
        program.statements.length === 0 ? [] : [program.statements],
        documents.map(({ Statement }) => Statement),
      );
    });
  }

  for (const { of, own, telemetry } of refused) {
    it(`reject the same with the same message: ${of}`, async () => {
      const plan = planChange(stateOf(own), { extension, ...telemetry }, { policies: {} });
      assert.equal(plan.kind, "skipped");
      const reasons = "reasons" in plan ? plan.reasons : [];
      const expected = await problems(argumentsOf(own, telemetry));
      assert.deepEqual(
        Object.fromEntries(reasons.map(({ propertyPath, reason }) => [propertyPath, reason])),
        expected,
      );
      assert.ok(reasons.length > 0);
      const { architectures, layers, variables, runtime, region } = stateOf(own);
      const given = { region, architecture: architectures[0], layers, environment: variables, runtime };
      assert.throws(
        () => observed({ extension, ...given, ...telemetry } as ObservedInputs),
        ({ message }: Error) => reasons.every(({ reason }) => message.includes(reason)),
      );
    });
  }
});
