import assert from "node:assert/strict";
import {
  checkSettingValue,
  findSetting,
  type Setting,
  settings,
  unknownSetting,
  variableOf,
} from "../../../../../provider/plan/telemetry/settings";

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

  it("check their values by type, except for references", () => {
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
      // As the extension accepts them.
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
