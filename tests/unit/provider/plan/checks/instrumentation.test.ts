import assert from "node:assert/strict";
import { InstrumentationDistribution } from "../../../../../provider/args/telemetry";
import type { FunctionView } from "../../../../../provider/plan/arguments/view";
import { awsRegions } from "../../../../../provider/plan/aws/regions";
import { checkFunction, warnings } from "../../../../../provider/plan/checks/validate";
import { UNKNOWN } from "../../../../../provider/plan/known";
import { checkLayerArn } from "../../../../../provider/plan/layers/choice";
import {
  chooseInstrumentation,
  distributionOf,
  distributions,
  execWrapper,
  planInstrumentation,
} from "../../../../../provider/plan/layers/instrumentation";
import {
  adotRegions,
  legacyAdotRegions,
  openTelemetryRegions,
} from "../../../../../provider/plan/layers/instrumentationLayers";
import { plainValues } from "../../../../../provider/plan/telemetry/plan";

const layerVersionArn = "arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-extension-amd64:3";
const good: FunctionView = {
  runtime: "nodejs22.x",
  memorySize: 512,
  extension: { layerVersionArn },
  autoInstrumentation: {},
};
const target = { runtime: "nodejs22.x", region: "eu-west-1", architecture: "arm64" };

function arn(distribution: string, more: Partial<typeof target & { version: string }> = {}): string {
  const choice = chooseInstrumentation({ distribution, ...target, ...more });
  return "problem" in choice ? choice.problem.reason : String(choice.layerVersionArn);
}

function reasons(view: FunctionView): Record<string, string> {
  const problems = checkFunction({ ...good, ...view });
  return Object.fromEntries(problems.map(({ propertyPath, reason }) => [propertyPath, reason]));
}

describe("instrumentation layers", () => {
  it("are known by name", () => {
    assert.deepEqual([...distributions].sort(), Object.values(InstrumentationDistribution).sort());
  });

  it("of OpenTelemetry have the version in their name and one name for both architectures", () => {
    const prefix = "arn:aws:lambda:eu-west-1:184161586896:layer:opentelemetry";
    assert.match(arn("opentelemetry"), new RegExp(`^${prefix}-nodejs-\\d+_\\d+_\\d+:1$`));
    assert.equal(
      arn("opentelemetry", { runtime: "python3.13", version: "0.17.0" }),
      `${prefix}-python-0_17_0:1`,
    );
    assert.match(arn("opentelemetry", { runtime: "java21" }), /:layer:opentelemetry-javaagent-/);
    assert.match(arn("opentelemetry", { runtime: "ruby3.4" }), /:layer:opentelemetry-ruby-/);
    assert.match(arn("opentelemetry", { region: "cn-north-1" }), /known in cn-north-1; specify the layer/);
  });

  it("of AWS are in an account of the region", () => {
    assert.match(arn("adot"), /^arn:aws:lambda:eu-west-1:615299751070:layer:AWSOpenTelemetryDistroJs:\d+$/);
    const cape = arn("adot", { region: "af-south-1", runtime: "python3.12", version: "3" });
    assert.equal(cape, "arn:aws:lambda:af-south-1:904233096616:layer:AWSOpenTelemetryDistroPython:3");
    assert.match(
      arn("adot", { region: "cn-north-1", runtime: "dotnet8" }),
      /^arn:aws-cn:.*DistroDotNet:\d+$/,
    );
    assert.match(
      arn("adot-legacy"),
      /^arn:aws:lambda:eu-west-1:901920570463:layer:aws-otel-nodejs-arm64-ver-\d+-\d+-\d+:\d+$/,
    );
    assert.match(arn("adot-legacy", { architecture: "x86_64", runtime: "java17" }), /java-agent-amd64-ver/);
  });

  it("are right ARNs for every language and region that is known", () => {
    const known = {
      opentelemetry: openTelemetryRegions,
      "adot-legacy": legacyAdotRegions,
      adot: Object.keys(adotRegions),
    } as const;
    assert.equal(openTelemetryRegions.length, 34);
    for (const region of Object.values(known).flat()) assert.ok(awsRegions.includes(region), region);
    for (const runtime of ["nodejs22.x", "python3.13", "java21"]) {
      for (const [distribution, regions] of Object.entries(known)) {
        for (const region of regions) {
          const chosen = arn(distribution, { runtime, region });
          assert.equal(checkLayerArn(chosen), undefined, chosen);
          assert.equal(chosen.split(":")[3], region);
        }
      }
    }
  });

  it("that do not exist are reported with those that do", () => {
    assert.match(arn("opentelemetry", { runtime: "dotnet8" }), /no layer for dotnet8\. Use adot$/);
    assert.match(arn("adot", { runtime: "provided.al2023" }), /no layers instrument provided\.al2023/);
  });

  it("are started by a script", () => {
    const scripts = distributions.map((of) => [execWrapper(of, "nodejs22.x"), execWrapper(of, "python3.13")]);
    assert.deepEqual(scripts, [
      ["/opt/clickstack-tracing", "/opt/clickstack-tracing"],
      ["/opt/otel-handler", "/opt/otel-instrument"],
      ["/opt/otel-instrument", "/opt/otel-instrument"],
      ["/opt/otel-handler", "/opt/otel-instrument"],
    ]);
  });

  it("are recognised by their ARN", () => {
    const byArn = (layerVersionArn: string, more = {}) =>
      distributionOf({ layerVersionArn, ...more }, "nodejs22.x");
    assert.equal(byArn(arn("adot")), "adot");
    assert.equal(byArn(arn("adot-legacy")), "adot-legacy");
    assert.equal(byArn(arn("opentelemetry")), "opentelemetry");
    assert.equal(byArn("arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-tracing:7"), "light");
    assert.equal(byArn(arn("opentelemetry"), { distribution: "adot" }), "adot");
  });

  it("are light tracing for Node.js and Python if no other is requested", () => {
    const unnamed = (runtime: string | undefined, named = {}, extension?: object) =>
      distributionOf(named, runtime, extension);
    assert.equal(unnamed("nodejs22.x"), "light");
    assert.equal(unnamed("python3.9"), "light");
    assert.equal(unnamed("java21"), "opentelemetry");
    assert.equal(unnamed(undefined), undefined);
    assert.equal(unnamed(undefined, { version: "0.21.0" }), "opentelemetry");
    assert.equal(unnamed("nodejs22.x", {}, { rotel: { version: 12 } }), "opentelemetry");
    const rotel = "arn:aws:lambda:eu-west-1:418653438961:layer:rotel-extension-amd64-alpha:12";
    assert.equal(unnamed("nodejs22.x", {}, { layerVersionArn: rotel }), "opentelemetry");
    assert.equal(unnamed("nodejs22.x", {}, { layerVersionArn }), "light");
  });

  it("of AWS get an endpoint for traces, which they would send to X-Ray otherwise, that the user may set", () => {
    const names = (distribution: string) =>
      planInstrumentation({ autoInstrumentation: { distribution } }, plainValues).map(
        ({ name, isDefault }) => `${name}${isDefault ? "?" : ""}`,
      );
    assert.deepEqual(names("light"), ["AWS_LAMBDA_EXEC_WRAPPER"]);
    assert.deepEqual(names("opentelemetry"), ["AWS_LAMBDA_EXEC_WRAPPER"]);
    assert.deepEqual(names("adot"), [
      "AWS_LAMBDA_EXEC_WRAPPER",
      "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?",
      "OTEL_AWS_APPLICATION_SIGNALS_ENABLED?",
    ]);
  });
});

describe("the runtime API proxy", () => {
  const variables = (args: object) =>
    Object.fromEntries(planInstrumentation(args, plainValues).map(({ name, value }) => [name, value]));
  const own = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing" };

  it("needs the extension's exec wrapper, which hands on to that of another layer", () => {
    for (const name of ["runtimeProxy", "CLICKSTACK_RUNTIME_PROXY"]) {
      assert.deepEqual(variables({ runtime: "java21", settings: { [name]: "true" } }), own, name);
    }
    const settings = { runtimeProxy: "true" };
    const opentelemetry = { distribution: "opentelemetry" };
    assert.deepEqual(variables({ runtime: "java21", settings, autoInstrumentation: opentelemetry }), {
      ...own,
      CLICKSTACK_EXEC_WRAPPER: "/opt/otel-handler",
    });
    assert.deepEqual(
      variables({ runtime: "nodejs22.x", settings, autoInstrumentation: { distribution: "light" } }),
      own,
    );
  });

  it("sets nothing if it is off, in images, and with Rotel's extension", () => {
    const settings = { runtimeProxy: "true" };
    for (const args of [
      { settings: {} },
      { settings: { runtimeProxy: "False" } },
      { settings, packageType: "Image" },
      { settings, extension: { rotel: { version: 12 } } },
    ]) {
      assert.deepEqual(variables({ runtime: "java21", ...args }), {}, JSON.stringify(args));
    }
  });

  it("leaves a wrapper that the user has set", () => {
    const planned = planInstrumentation({ settings: { runtimeProxy: "true" } }, plainValues);
    assert.deepEqual(
      planned.map(({ isDefault }) => isDefault),
      [true],
    );
  });
});

describe("automatic instrumentation", () => {
  it("is checked for runtime, region, version and room", () => {
    assert.deepEqual(reasons({}), {});
    assert.deepEqual(reasons({ runtime: UNKNOWN, region: UNKNOWN, architectures: UNKNOWN }), {});
    assert.match(
      reasons({ runtime: "ruby3.4", autoInstrumentation: { distribution: "adot" } }).autoInstrumentation ??
        "",
      /no layer for ruby3\.4\. Use opentelemetry/,
    );
    assert.match(
      reasons({ autoInstrumentation: { distribution: "adott" } })["autoInstrumentation.distribution"] ?? "",
      /Did you mean adot\?/,
    );
    assert.match(
      reasons({ autoInstrumentation: { version: "21" } })["autoInstrumentation.version"] ?? "",
      /such as 0\.21\.0/,
    );
    const own = [1, 2, 3, 4].map((n) => `arn:aws:lambda:eu-west-1:123456789012:layer:own-${n}:1`);
    assert.match(
      reasons({ layers: own, autoInstrumentation: { distribution: "opentelemetry" } }).layers ?? "",
      /4 layers of its own and the extension's and autoInstrumentation's would be more; Lambda allows 5/,
    );
  });

  it("by light tracing needs no additional layer, and has the extension's version", () => {
    const own = [1, 2, 3, 4].map((n) => `arn:aws:lambda:eu-west-1:123456789012:layer:own-${n}:1`);
    assert.deepEqual(reasons({ layers: own }), {});
    const light = { distribution: "light" };
    const versioned = { ...light, version: "0.21.0" };
    assert.match(
      reasons({ autoInstrumentation: versioned })["autoInstrumentation.version"] ?? "",
      /Remove it/,
    );
    const alone = "arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-tracing:7";
    assert.match(
      reasons({ layers: own, autoInstrumentation: { layerVersionArn: alone } }).layers ?? "",
      /Lambda allows 5/,
    );
    assert.deepEqual(warnings({ ...good, memorySize: 128, autoInstrumentation: light }), []);
    const off = { variables: { CLICKSTACK_TRACING: "off" } };
    assert.deepEqual(
      warnings({ ...good, environment: off }).map(({ propertyPath }) => propertyPath),
      ["environment.variables.CLICKSTACK_TRACING"],
    );
  });

  it("needs a runtime that the libraries work in", () => {
    for (const autoInstrumentation of [{}, { distribution: "opentelemetry" }, { distribution: "adot" }]) {
      const wrong = reasons({ runtime: "nodejs16.x", autoInstrumentation }).autoInstrumentation ?? "";
      assert.match(wrong, /needs nodejs18\.x or later, the function has nodejs16\.x/);
    }
    assert.match(
      reasons({ runtime: "python3.8" }).autoInstrumentation ?? "",
      /light needs python3\.9 or later/,
    );
    for (const runtime of ["nodejs18.x", "nodejs26.x", "python3.9", "python3.14"]) {
      assert.deepEqual(reasons({ runtime }), {}, runtime);
    }
    assert.match(
      reasons({ runtime: "java21", autoInstrumentation: { distribution: "light" } }).autoInstrumentation ??
        "",
      /light has no layer for java21\. Use opentelemetry or adot/,
    );
  });

  it("by light tracing needs an extension whose layer has it", () => {
    const light = { distribution: "light" };
    const rotel = { rotel: { version: 12 } };
    assert.match(
      reasons({ extension: rotel, autoInstrumentation: light }).autoInstrumentation ?? "",
      /the extension's layer is Rotel's: publish light tracing alone/,
    );
    assert.deepEqual(reasons({ extension: rotel }), {}, "OpenTelemetry's layer by default");
    const published = { region: "eu-west-1", architecture: "x86_64", layerVersionArn };
    const manifest = (layer: object) => ({ manifest: { formatVersion: 1, layers: [layer] } });
    const region = "eu-west-1";
    assert.match(
      reasons({ region, extension: manifest(published) }).autoInstrumentation ?? "",
      /published by a version that had no light tracing/,
    );
    assert.deepEqual(reasons({ region, extension: manifest({ ...published, tracing: true }) }), {});
  });

  it("keeps the user's own exec wrapper and names both", () => {
    const environment = { variables: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/mine" } };
    assert.match(
      reasons({ environment })["environment.variables.AWS_LAMBDA_EXEC_WRAPPER"] ?? "",
      /set by autoInstrumentation and by environment\.variables\.AWS_LAMBDA_EXEC_WRAPPER/,
    );
  });

  it("by a layer of the user's choice needs only its ARN, and its script if there is no language", () => {
    const instrumented = { layerVersionArn: "arn:aws:lambda:eu-west-1:123456789012:layer:own-otel:1" };
    assert.deepEqual(reasons({ autoInstrumentation: instrumented }), {});
    const custom = { runtime: "provided.al2023", autoInstrumentation: instrumented };
    assert.match(reasons(custom)["autoInstrumentation.execWrapper"] ?? "", /AWS_LAMBDA_EXEC_WRAPPER/);
    const both = { autoInstrumentation: { ...instrumented, version: "1.0.0" } };
    assert.match(reasons(both)["autoInstrumentation.version"] ?? "", /in layerVersionArn already/);
  });

  it("warns of layers with a collector, wherever they are set, and of little memory", () => {
    const warned = (view: FunctionView) =>
      warnings({ ...good, ...view }).map(({ propertyPath }) => propertyPath);
    assert.deepEqual(warned({}), []);
    assert.deepEqual(warned({ autoInstrumentation: { distribution: "adot-legacy" } }), [
      "autoInstrumentation",
    ]);
    const legacy = "arn:aws:lambda:eu-west-1:901920570463:layer:aws-otel-python-amd64-ver-1-32-0:2";
    assert.deepEqual(
      warnings({ layers: [layerVersionArn, legacy] }).map((one) => one.propertyPath),
      ["layers[1]"],
    );
    const autoInstrumentation = { distribution: "opentelemetry" };
    assert.deepEqual(warned({ memorySize: 128, autoInstrumentation }), ["memorySize"]);
    assert.deepEqual(warned({ runtime: "java21", memorySize: 256 }), ["memorySize"]);
    const { memorySize: _, ...unsaid } = good;
    assert.deepEqual(
      warnings({ ...unsaid, autoInstrumentation }).map(({ propertyPath }) => propertyPath),
      ["memorySize"],
    );
  });
});
