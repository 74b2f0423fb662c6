import assert from "node:assert/strict";
import { Runtime } from "@pulumi/aws/types/enums/lambda";
import type { FunctionView } from "../../../../provider/plan/arguments/view";
import { checkArchitecture, checkRuntime, compatibleRuntimes } from "../../../../provider/plan/aws/runtimes";
import { checkFunction, warnings } from "../../../../provider/plan/checks/validate";
import { UNKNOWN } from "../../../../provider/plan/known";
import { chooseLayer } from "../../../../provider/plan/layers/choice";
import { nearestName } from "../../../../provider/plan/nearestName";
import {
  checkSettingValue,
  findSetting,
  type Setting,
  settings,
  unknownSetting,
  variableOf,
} from "../../../../provider/plan/telemetry/settings";

const layerVersionArn = "arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-extension-amd64:3";
const paths = (view: FunctionView) => checkFunction(view).map(({ propertyPath }) => propertyPath);

describe("settings", () => {
  it("each have their own name and variable", () => {
    const unique = (values: unknown[]) => assert.equal(new Set(values).size, values.length);
    unique(settings.map(({ name }) => name));
    unique(settings.flatMap(({ variable, aliases = [] }) => (variable ? [variable, ...aliases] : aliases)));
    for (const { name, variable, pattern, doc } of settings) {
      assert.ok((variable === undefined) !== (pattern === undefined), name);
      assert.ok(doc.length > 10, name);
    }
  });

  it("are found by name, variable, alias and pattern", () => {
    assert.equal(findSetting("batchMaxSize")?.variable, "ROTEL_BATCH_MAX_SIZE");
    assert.equal(findSetting("ROTEL_BATCH_MAX_SIZE")?.setting.name, "batchMaxSize");
    assert.equal(findSetting("OTEL_RESOURCE_ATTRIBUTES")?.setting.name, "resourceAttributes");
    assert.equal(
      findSetting("ROTEL_OTLP_EXPORTER_LOGS_PROTOCOL")?.variable,
      "ROTEL_OTLP_EXPORTER_LOGS_PROTOCOL",
    );
    assert.equal(findSetting("ROTEL_OTLP_EXPORTER_LOG_PROTOCOL"), undefined);
    assert.equal(findSetting("exporterParameter"), undefined);
  });

  it("have a default that they take themselves", () => {
    for (const setting of settings) {
      if (setting.default === undefined) continue;
      assert.equal(checkSettingValue(setting, String(setting.default)), undefined, setting.name);
    }
  });

  it("that are unknown suggest the nearest", () => {
    assert.match(unknownSetting("batch_maxsize"), /Did you mean batchMaxSize\?/);
    assert.match(unknownSetting("ROTEL_BATCH_MAXSIZE"), /Did you mean ROTEL_BATCH_MAX_SIZE\?/);
    assert.match(unknownSetting("exporterParameter"), /ROTEL_EXPORTER_\{NAME\}_\{PARAM\}/);
    assert.doesNotMatch(unknownSetting("zzzzzzzz"), /Did you mean/);
  });

  it("check their values by type, except where a reference stands", () => {
    const setting = (type: Setting["type"]): Setting => ({
      name: "x",
      type,
      values: ["a", "b"],
      doc: "",
      supported: true,
      since: "0.1.0",
    });
    const good: [Setting["type"], string][] = [
      ["enum", "a"],
      // As the extension takes them.
      ["enum", "A"],
      ["boolean", "true"],
      ["boolean", "FALSE"],
      ["boolean", "1"],
      ["integer", "12"],
      ["duration", "1m 30s"],
      ["duration", "200ms"],
      ["url", "https://x:4318"],
      ["address", "127.0.0.1:4318"],
      ["string", "anything"],
      ["integer", "${arn:aws:ssm:eu-west-1:123456789012:parameter/x}"],
    ];
    for (const [type, value] of good) assert.equal(checkSettingValue(setting(type), value), undefined, value);
    const bad: [Setting["type"], string][] = [
      ["enum", "c"],
      ["boolean", "yes"],
      ["integer", "1.5"],
      ["duration", "5"],
      ["url", "x:4318"],
      ["address", "localhost"],
    ];
    for (const [type, value] of bad) assert.ok(checkSettingValue(setting(type), value), `${type} ${value}`);
  });

  it("are all there that the arguments stand for", () => {
    for (const name of [
      "otlpExporterEndpoint",
      "otlpExporterProtocol",
      "otlpExporterCustomHeaders",
      "serviceName",
    ]) {
      assert.ok(variableOf(name));
    }
    assert.throws(() => variableOf("nothing"), /settings\.json has no setting nothing/);
  });
});

describe("names", () => {
  it("suggest one that is near, whatever its spelling", () => {
    assert.equal(nearestName("US_EAST-2", ["us-west-2", "us-east-2"]), "us-east-2");
    assert.equal(nearestName("mars", ["us-west-2", "us-east-2"]), undefined);
  });
});

describe("runtimes", () => {
  it("of the installed AWS package are known, as current or as retired", () => {
    for (const runtime of Object.values(Runtime)) {
      const reason = checkRuntime(runtime);
      assert.ok(reason === undefined || /is retired/.test(reason), `${runtime}: ${reason}`);
    }
  });

  it("of next year need no new release, misspelt ones are told", () => {
    const newest = [
      "nodejs26.x",
      "python3.15",
      "ruby4.0",
      "dotnet10",
      "java17.al2023",
      "java8.al2023",
      "custom",
    ];
    for (const runtime of [...compatibleRuntimes, ...newest]) {
      assert.equal(checkRuntime(runtime), undefined);
    }
    assert.match(checkRuntime("python312") ?? "", /Did you mean python3\.12\?/);
    assert.ok(compatibleRuntimes.length <= 15);
  });

  it("have two architectures", () => {
    assert.equal(checkArchitecture("arm64"), undefined);
    assert.match(checkArchitecture("amd64") ?? "", /Did you mean x86_64\?/);
  });
});

describe("layers", () => {
  it("are chosen by explicit ARN, else by region and architecture", () => {
    const layerVersionArns = { "eu-west-1": { x86_64: "a" } };
    assert.deepEqual(chooseLayer({ layerVersionArn: "x" }, "eu-west-3", "arm64"), { layerVersionArn: "x" });
    assert.deepEqual(chooseLayer({ layerVersionArns }, "eu-west-1", "x86_64"), { layerVersionArn: "a" });
    const elsewhere = chooseLayer({ layerVersionArns }, "eu-west-3", "x86_64");
    assert.match("problem" in elsewhere ? elsewhere.problem.reason : "", /eu-west-3.*layers in eu-west-1/);
  });
});

describe("the arguments of an observed function", () => {
  const good: FunctionView = { runtime: "nodejs22.x", extension: { layerVersionArn } };

  it("have no problems when they are right, known or not", () => {
    assert.deepEqual(paths(good), []);
    assert.deepEqual(
      paths({
        runtime: UNKNOWN,
        architectures: UNKNOWN,
        layers: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
        environment: UNKNOWN,
        settings: { batchMaxSize: UNKNOWN },
        headers: UNKNOWN,
        authorization: UNKNOWN,
        role: UNKNOWN,
        region: UNKNOWN,
        extension: { layerVersionArns: UNKNOWN },
      }),
      [],
    );
  });

  it("have one place for the Authorization header", () => {
    const authorization = "arn:aws:ssm:eu-west-1:123456789012:parameter/key";
    assert.deepEqual(paths({ ...good, headers: { authorization: "x" }, authorization }), [
      'headers["authorization"]',
    ]);
  });

  it("have one layer of the extension, once", () => {
    assert.deepEqual(paths({ extension: { layerVersionArn, layerVersionArns: {} } }), ["extension"]);
    assert.deepEqual(paths({ extension: { layerVersionArn }, layers: [layerVersionArn] }), ["layers[0]"]);
    assert.deepEqual(paths({ extension: { layerVersionArn: "x" }, layers: ["y"] }), [
      "layers[0]",
      "extension.layerVersionArn",
    ]);
  });

  it("have a layer for the function's region, as far as that is known", () => {
    const layerVersionArns = { "eu-west-1": UNKNOWN, "eu-west-3": { x86_64: UNKNOWN } } as const;
    assert.deepEqual(paths({ extension: { layerVersionArns }, region: "eu-west-1" }), []);
    assert.deepEqual(paths({ extension: { layerVersionArns }, region: "eu-west-3" }), []);
    assert.deepEqual(paths({ extension: { layerVersionArns }, region: "us-east-1" }), [
      "extension.layerVersionArns",
    ]);
    assert.deepEqual(
      paths({ extension: { layerVersionArns }, region: "eu-west-3", architectures: ["arm64"] }),
      ['extension.layerVersionArns["eu-west-3"]'],
    );
  });

  it("of functions from container images name no layers", () => {
    const image: FunctionView = { packageType: "Image", endpoint: "https://x:4318" };
    assert.deepEqual(paths(image), []);
    assert.deepEqual(
      paths({ ...image, extension: { layerVersionArn }, layers: [layerVersionArn], autoInstrumentation: {} }),
      ["layers", "autoInstrumentation", "extension"],
    );
    const [problem] = checkFunction({ ...image, extension: { layerVersionArn } });
    assert.match(problem?.reason ?? "", /examples\/container-image/);
  });

  it("warn of settings without effect", () => {
    const found = warnings({ ...good, protocol: "grpc", settings: { daemon: "true" } });
    assert.deepEqual(
      found.map(({ propertyPath }) => propertyPath),
      ["settings.daemon"],
    );
  });
});
