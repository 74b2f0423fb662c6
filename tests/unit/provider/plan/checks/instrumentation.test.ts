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
  return "problem" in choice ? choice.problem.reason : choice.layerVersionArn;
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
    };
    assert.equal(openTelemetryRegions.length, 34);
    for (const region of Object.values(known).flat()) assert.ok(awsRegions.includes(region), region);
    for (const runtime of ["nodejs22.x", "python3.13", "java21"]) {
      for (const distribution of distributions) {
        for (const region of known[distribution as keyof typeof known]) {
          const chosen = arn(distribution, { runtime, region });
          assert.equal(checkLayerArn(chosen), undefined, chosen);
          assert.equal(chosen.split(":")[3], region);
        }
      }
    }
  });

  it("that do not exist are told with those that do", () => {
    assert.match(arn("opentelemetry", { runtime: "dotnet8" }), /no layer for dotnet8\. Use adot$/);
    assert.match(arn("adot", { runtime: "provided.al2023" }), /no layers instrument provided\.al2023/);
  });

  it("are started by a script", () => {
    const scripts = distributions.map((of) => [execWrapper(of, "nodejs22.x"), execWrapper(of, "python3.13")]);
    assert.deepEqual(scripts, [
      ["/opt/otel-handler", "/opt/otel-instrument"],
      ["/opt/otel-instrument", "/opt/otel-instrument"],
      ["/opt/otel-handler", "/opt/otel-instrument"],
    ]);
  });

  it("are recognised by their ARN", () => {
    assert.equal(distributionOf(undefined, arn("adot")), "adot");
    assert.equal(distributionOf(undefined, arn("adot-legacy")), "adot-legacy");
    assert.equal(distributionOf("adot", arn("opentelemetry")), "adot");
    assert.equal(distributionOf(undefined), "opentelemetry");
  });

  it("of AWS get an endpoint for traces, which they would send to X-Ray otherwise, that the user may set", () => {
    const names = (distribution: string) =>
      planInstrumentation({ autoInstrumentation: { distribution } }, plainValues).map(
        ({ name, isDefault }) => `${name}${isDefault ? "?" : ""}`,
      );
    assert.deepEqual(names("opentelemetry"), ["AWS_LAMBDA_EXEC_WRAPPER"]);
    assert.deepEqual(names("adot"), [
      "AWS_LAMBDA_EXEC_WRAPPER",
      "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?",
      "OTEL_AWS_APPLICATION_SIGNALS_ENABLED?",
    ]);
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
    const own = [1, 2, 3, 4].map((n) => `arn:aws:lambda:eu-west-1:123456789012:layer:own:${n}`);
    assert.match(
      reasons({ layers: own }).layers ?? "",
      /4 layers of its own and the extension's and autoInstrumentation's would be more; Lambda allows 5/,
    );
  });

  it("leaves an exec wrapper of the user's own alone and names both", () => {
    const environment = { variables: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/mine" } };
    assert.match(
      reasons({ environment })["environment.variables.AWS_LAMBDA_EXEC_WRAPPER"] ?? "",
      /set by autoInstrumentation and by environment\.variables\.AWS_LAMBDA_EXEC_WRAPPER/,
    );
  });

  it("by a layer of the user's choice takes its ARN alone, and its script where there is no language", () => {
    const instrumented = { layerVersionArn: "arn:aws:lambda:eu-west-1:123456789012:layer:own-otel:1" };
    assert.deepEqual(reasons({ autoInstrumentation: instrumented }), {});
    const custom = { runtime: "provided.al2023", autoInstrumentation: instrumented };
    assert.match(reasons(custom)["autoInstrumentation.execWrapper"] ?? "", /AWS_LAMBDA_EXEC_WRAPPER/);
    const both = { autoInstrumentation: { ...instrumented, version: "1.0.0" } };
    assert.match(reasons(both)["autoInstrumentation.version"] ?? "", /in layerVersionArn already/);
  });

  it("warns of layers with a collector, whoever names them, and of little memory", () => {
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
    assert.deepEqual(warned({ memorySize: 128 }), ["memorySize"]);
    assert.deepEqual(warned({ runtime: "java21", memorySize: 256 }), ["memorySize"]);
    const { memorySize: _, ...unsaid } = good;
    assert.deepEqual(
      warnings(unsaid).map(({ propertyPath }) => propertyPath),
      ["memorySize"],
    );
  });
});
