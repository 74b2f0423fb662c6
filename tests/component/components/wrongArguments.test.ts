import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../..";
import { type RegisteredResource, runMocked, valueFrom } from "../mockedStack";
import { minimal, problems, problemsOf } from "../observedFunctionFixture";

describe("wrong arguments of ObservedFunction", () => {
  it("are reported all at once, with path and reason", async () => {
    const found = await problems({
      runtime: "nodejs22",
      architectures: ["amd64"],
      layers: [1, 2, 3, 4, 5].map((n) => `arn:aws:lambda:eu-west-1:123456789012:layer:own:${n}`),
      endpoint: "clickstack.example.com:4318",
      authorization: "the-key-itself",
      role: "service-role",
      settings: { otlpExporterRequestTimout: "10s", otlpExporterCompression: "zstd" },
      extension: {},
    });
    assert.match(found.runtime ?? "", /nodejs22\.x/);
    assert.match(found["architectures[0]"] ?? "", /Did you mean x86_64\?/);
    assert.match(found.layers ?? "", /5 layers of its own/);
    assert.match(found.endpoint ?? "", /scheme/);
    assert.match(found.authorization ?? "", /ARN of a secret/);
    assert.match(found.role ?? "", /ARN of an IAM role/);
    assert.match(found["settings.otlpExporterRequestTimout"] ?? "", /otlpExporterRequestTimeout\?/);
    assert.match(found["settings.otlpExporterCompression"] ?? "", /gzip, none/);
    assert.match(found.extension ?? "", /layerVersionArn/);
    assert.ok(!JSON.stringify(found).includes("the-key-itself"));
  });

  it("name both origins of a variable", async () => {
    const found = await problems({
      endpoint: "https://clickstack.example.com:4318",
      environment: { variables: { ROTEL_OTLP_EXPORTER_ENDPOINT: "https://elsewhere.example.com" } },
    });
    assert.match(
      found["environment.variables.ROTEL_OTLP_EXPORTER_ENDPOINT"] ?? "",
      /set by endpoint and by environment\.variables/,
    );
  });

  it("in outputs prevent everything from being created", async () => {
    const registered: RegisteredResource[] = [];
    const args = { ...minimal, runtime: pulumi.output("cobol") };
    const found = await problemsOf(() => new clickstack.ObservedFunction("api", args), { registered });
    assert.match(found.runtime ?? "", /"cobol" is not a Lambda runtime/);
    assert.deepEqual(
      registered.map(({ type }) => type),
      ["clickstack-lambda:index:ObservedFunction"],
    );
  });

  it("are found at preview beside values that are not known yet", async () => {
    const program = () => {
      const unknown = new clickstack.ObservedFunction("other", minimal).functionArn;
      new clickstack.ObservedFunction("api", {
        ...minimal,
        architectures: ["sparc"],
        layers: [unknown, unknown, unknown, unknown, unknown],
        settings: { otlpExporterRequestTimeout: unknown, nothing: unknown },
      });
    };
    const found = await problemsOf(program, { preview: true });
    assert.deepEqual(Object.keys(found).sort(), ["architectures[0]", "layers", "settings.nothing"]);
  });

  it("are not found if everything is unknown at preview", async () => {
    const { result } = await runMocked(
      () => {
        const other = new clickstack.ObservedFunction("other", minimal);
        return new clickstack.ObservedFunction("api", {
          ...minimal,
          role: other.roleArn,
          endpoint: other.functionArn,
          authorization: other.functionArn,
          environment: { variables: { OTHER: other.functionArn } },
          extension: { layerVersionArns: other.functionArn.apply(() => ({})) },
        });
      },
      { preview: true },
    );
    assert.ok(await valueFrom(result.urn));
  });
});
