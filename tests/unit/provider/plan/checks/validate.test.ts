import assert from "node:assert/strict";
import type { FunctionView } from "../../../../../provider/plan/arguments/view";
import { checkUnpackedSize } from "../../../../../provider/plan/checks/packaging";
import { checkFunction, warnings } from "../../../../../provider/plan/checks/validate";
import { type Known, UNKNOWN } from "../../../../../provider/plan/known";
import type { PublishedLayersView } from "../../../../../provider/plan/layers/choice";

const layerVersionArn = "arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-extension-amd64:3";
const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbC123";

/** The problems of a function with these arguments in addition to the minimum, reasons by path. */
function reasons(view: FunctionView): Record<string, string> {
  const problems = checkFunction({ runtime: "nodejs22.x", extension: { layerVersionArn }, ...view });
  return Object.fromEntries(problems.map(({ propertyPath, reason }) => [propertyPath, reason]));
}

describe("the endpoint", () => {
  const reason = (endpoint: string, more: FunctionView = {}) => reasons({ endpoint, ...more }).endpoint;

  it("has a scheme, and the port of the protocol wherever that is named", () => {
    for (const right of ["https://x:4318", "https://x", "http://x:8080/base", "${arn:aws:ssm:x}"]) {
      assert.equal(reason(right), undefined, right);
    }
    assert.match(reason("x:4318") ?? "", /scheme/);
    assert.match(reason("https://x:4317") ?? "", /4317, which is for OTLP over gRPC.*port 4318/);
    assert.match(reason("https://x:4318", { protocol: "grpc" }) ?? "", /use port 4317/);
    const variable = { environment: { variables: { ROTEL_OTLP_EXPORTER_PROTOCOL: "grpc" } } };
    assert.match(reason("https://x:4318", variable) ?? "", /use port 4317/);
    assert.equal(reason("https://x:4317", { settings: { otlpExporterProtocol: "grpc" } }), undefined);
    assert.equal(reason("https://x:4317", { protocol: UNKNOWN }), undefined);
    assert.equal(reason("https://x:4317", { environment: UNKNOWN }), undefined);
  });

  it("is the base URL of a collector, not ClickHouse nor the path of a signal", () => {
    assert.match(reason("https://x:8443") ?? "", /a port of ClickHouse itself.*`clickhouse`/);
    assert.match(reason("https://x:4318/v1/logs") ?? "", /base URL/);
  });
});

describe("values of settings that are arguments", () => {
  it("are checked as settings are", () => {
    const zip = reasons({ clickhouse: { endpoint: "https://x:8443", compression: "zip" } });
    assert.equal(zip["clickhouse.compression"], "must be one of: lz4, none");
  });

  it("are those that the extension accepts, with its messages", () => {
    for (const flushMode of ["auto", "end", "Periodic", "continuous, 5000", "periodic,900000"]) {
      assert.deepEqual(reasons({ flushMode }), {}, flushMode);
    }
    assert.deepEqual(reasons({ flushMode: UNKNOWN }), {});
    const among = /^must be one of: auto, end, periodic, continuous; the last two/;
    for (const flushMode of ["", "never", "auto,100", "end, 5000"]) {
      assert.match(reasons({ flushMode }).flushMode ?? "", among, flushMode);
      assert.match(reasons({ settings: { flushMode } })["settings.flushMode"] ?? "", among, flushMode);
    }
    for (const flushMode of ["periodic,", "continuous,9", "continuous,900001", "end,1s", "periodic,1,2"]) {
      assert.match(reasons({ flushMode }).flushMode ?? "", /^must have 10 to 900000 milliseconds/, flushMode);
    }
  });

  it("select which traces are kept, with the extension's messages", () => {
    const reason = (name: string, value: string) =>
      reasons({ settings: { [name]: value } })[`settings.${name}`];
    for (const ratio of ["0", "1", "0.1", ".5", "1.0", "1e-3"])
      assert.equal(reason("traceRatio", ratio), undefined, ratio);
    for (const ratio of ["", "-0.1", "1.1", "10%", "half"])
      assert.equal(reason("traceRatio", ratio), "is not a share from 0 to 1, such as 0.1", ratio);
    for (const rules of ["none", "Error", "cold, error", "slow:1s,error", "slow: 500ms"])
      assert.equal(reason("traceKeep", rules), undefined, rules);
    for (const rules of ["", "errors", "slow", "error,", "none,error"])
      assert.match(
        reason("traceKeep", rules) ?? "",
        /^must be none, or of error, cold and slow:DURATION/,
        rules,
      );
    assert.match(reason("traceKeep", "slow:1") ?? "", /^is not a duration with unit/);
  });

  it("are set once", () => {
    const found = reasons({ flushMode: "end", settings: { CLICKSTACK_FLUSH_MODE: "end" } });
    assert.match(found.flushMode ?? "", /set by settings\.CLICKSTACK_FLUSH_MODE and by flushMode/);
  });
});

describe("ClickHouse", () => {
  it("has its HTTP interface and one password, and is not mixed with an endpoint", () => {
    assert.deepEqual(reasons({ clickhouse: { endpoint: "https://x:8443", password: secretArn } }), {});
    assert.match(
      reasons({ clickhouse: { endpoint: "http://x:9000" } })["clickhouse.endpoint"] ?? "",
      /native/,
    );
    const found = reasons({
      endpoint: "https://x:4318",
      clickhouse: { endpoint: "https://x:4318", password: "hush" },
      clickhousePassword: "hush",
    });
    assert.deepEqual(Object.keys(found).sort(), [
      "clickhouse",
      "clickhouse.endpoint",
      "clickhouse.password",
      "clickhousePassword",
    ]);
    assert.ok(!JSON.stringify(found).includes("hush"));
    assert.match(reasons({ clickhousePassword: "x" }).clickhousePassword ?? "", /without `clickhouse`/);
  });

  it("conflicts with variables of the user's own by name", () => {
    const variables = { ROTEL_CLICKHOUSE_EXPORTER_USER: "me" };
    const view = { environment: { variables }, clickhouse: { endpoint: "https://x:8443", user: "you" } };
    const reason = reasons(view)["environment.variables.ROTEL_CLICKHOUSE_EXPORTER_USER"];
    assert.match(reason ?? "", /set by clickhouse\.user and by environment\.variables/);
  });
});

describe("keys and secrets", () => {
  it("are given once, and in the right place", () => {
    assert.match(reasons({ authorization: "hush" }).authorization ?? "", /pass it as ingestionKey/);
    const twice = reasons({ authorization: secretArn, ingestionKey: "hush" });
    assert.match(twice.ingestionKey ?? "", /by authorization and by ingestionKey/);
    const header = reasons({ headers: { authorization: "x" }, ingestionKey: UNKNOWN });
    assert.match(header['headers["authorization"]'] ?? "", /and by ingestionKey/);
    assert.equal(reasons({ ingestionKey: "" }).ingestionKey, "is empty");
  });

  it("are named by full ARNs", () => {
    const found = reasons({ secretArns: ["key", secretArn], secretKmsKeyArns: ["alias/x", UNKNOWN] });
    assert.deepEqual(Object.keys(found), ["secretArns[0]", "secretKmsKeyArns[0]"]);
    assert.match(found["secretKmsKeyArns[0]"] ?? "", /an alias does not work/);
  });
});

describe("the version", () => {
  it("is set in one place", () => {
    const found = reasons({ serviceVersion: "1", resourceAttributes: { "service.version": "2" } });
    assert.match(found['resourceAttributes["service.version"]'] ?? "", /and by serviceVersion/);
    const variables = { ROTEL_OTEL_RESOURCE_ATTRIBUTES: "a=b" };
    const reason = reasons({ serviceVersion: "1", environment: { variables } });
    assert.match(Object.values(reason)[0] ?? "", /set by serviceVersion and by environment/);
  });
});

describe("limits", () => {
  it("of time and memory", () => {
    assert.match(reasons({ timeout: 1 }).timeout ?? "", /needs at least 2 s/);
    assert.match(reasons({ memorySize: 64 }).memorySize ?? "", /128 to 32768/);
    assert.match(reasons({ memorySize: 40_000 }).memorySize ?? "", /128 to 32768/);
    assert.deepEqual(reasons({ timeout: 2, memorySize: 128 }), {});
    assert.deepEqual(reasons({ timeout: 5400, memorySize: 32_768, capacityProviderConfig: {} }), {});
    assert.deepEqual(reasons({ timeout: UNKNOWN, memorySize: UNKNOWN }), {});
  });

  it("that AWS may raise are warnings, and do not apply where Managed Instances have more", () => {
    const warned = (view: FunctionView) =>
      Object.fromEntries(warnings(view).map((w) => [w.propertyPath, w.reason]));
    const large = { timeout: 5400, memorySize: 16_384 };
    assert.deepEqual(reasons(large), {});
    assert.match(warned(large).memorySize ?? "", /more than 10240 MB on Managed Instances/);
    assert.match(warned(large).timeout ?? "", /up to 1800 s \(5400 s on Managed Instances\)/);
    assert.deepEqual(warned({ ...large, capacityProviderConfig: UNKNOWN }), {});
    assert.match(warned({ timeout: 9000, capacityProviderConfig: {} }).timeout ?? "", /up to 5400 s/);
    assert.deepEqual(warned({ timeout: 1800, memorySize: 10_240 }), {});
  });

  it("of the environment's size, with the component's own variables", () => {
    const own = (length: number) => ({ environment: { variables: { CONFIG: "x".repeat(length) } } });
    const most = 4096 - '{"CONFIG":""}'.length;
    assert.deepEqual(reasons(own(most)), {});
    const alone = reasons(own(most + 1))["environment.variables"];
    assert.match(
      alone ?? "",
      /^the function's environment variables need 4097 bytes or more as JSON; Lambda allows 4096/,
    );
    const telemetry = { endpoint: "https://x:4318", authorization: secretArn, headers: { "x-team": "a" } };
    const added = JSON.stringify({
      ROTEL_OTLP_EXPORTER_ENDPOINT: "https://x:4318",
      ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=\${${secretArn}},x-team=a`,
      ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
    }).length;
    assert.deepEqual(reasons({ ...own(most - added + 1), ...telemetry }), {});
    const both = reasons({ ...own(most - added + 2), ...telemetry })["environment.variables"];
    assert.match(
      both ?? "",
      new RegExp(`need 4097 bytes .* of which the telemetry's settings take ${added};`),
    );
    assert.deepEqual(reasons({ ...own(most - added + 1), ...telemetry, ingestionKey: undefined }), {});
    const later: FunctionView = { ...own(most - 60), headers: UNKNOWN, endpoint: UNKNOWN };
    assert.match(reasons(later)["environment.variables"] ?? "", /bytes or more/);
    const umlauts = { environment: { variables: { CONFIG: "ü".repeat(2100) } } };
    assert.match(reasons(umlauts)["environment.variables"] ?? "", /need 4213 bytes/);
    assert.match(
      reasons({ resourceAttributes: { a: "x".repeat(5000) } }).environment ?? "",
      /Lambda allows 4096/,
    );
  });

  it("of the names of variables", () => {
    const names = [
      "AWS_REGION",
      "AWS_LAMBDA_FUNCTION_NAME",
      "_HANDLER",
      "MY-VAR",
      "1A",
      "A",
      "a.b",
      "TZ",
      "PATH",
    ];
    const variables: Record<string, Known<string>> = Object.fromEntries(names.map((name) => [name, "x"]));
    variables.A = UNKNOWN;
    const found = reasons({ environment: { variables } });
    assert.deepEqual(
      Object.keys(found)
        .map((path) => path.replace("environment.variables.", ""))
        .sort(),
      ["1A", "A", "AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "MY-VAR", "_HANDLER", "a.b"],
    );
    assert.match(found["environment.variables.AWS_REGION"] ?? "", /reserves/);
    assert.match(found["environment.variables.MY-VAR"] ?? "", /a letter, followed by one or more/);
  });

  it("of the size of code and layers", () => {
    const mb = 1024 * 1024;
    assert.equal(checkUnpackedSize({ code: 250 * mb }), undefined);
    assert.equal(
      checkUnpackedSize({ code: 249 * mb, extension: 1.5 * mb }),
      "code and layers need 250.5 MB unpacked (code 249 MB, extension 1.5 MB); Lambda allows 250 MB. Leave out what the function does not need, or deploy it as a container image",
    );
  });

  it("of retention", () => {
    assert.match(reasons({ logRetentionInDays: 10 }).logRetentionInDays ?? "", /one of: 1, 3, 5/);
    assert.deepEqual(reasons({ logRetentionInDays: 30 }), {});
  });
});

describe("requireDelivery", () => {
  it("requires disabled logs and a destination for the record", () => {
    const cloudWatchLogs = "Disable";
    assert.deepEqual(reasons({ requireDelivery: true, cloudWatchLogs, endpoint: "https://x:4318" }), {});
    assert.match(reasons({ requireDelivery: true, cloudWatchLogs }).requireDelivery ?? "", /an endpoint/);
    const kept = reasons({ requireDelivery: true, endpoint: "https://x:4318" });
    assert.match(kept.requireDelivery ?? "", /only with cloudWatchLogs: Disable/);
  });
});

describe("the extension's layer", () => {
  const region = "eu-west-1";
  const manifest: PublishedLayersView<Known<string>> = {
    formatVersion: 1,
    layers: [{ region, architecture: "x86_64", layerVersionArn: UNKNOWN }],
  };
  const of = (extension: FunctionView["extension"], more: FunctionView = {}) =>
    reasons({ extension, region, ...more });

  it("is in a manifest, as far as that is known", () => {
    assert.deepEqual(of({ manifest }), {});
    assert.deepEqual(of({ manifest: UNKNOWN }), {});
    const elsewhere = of({ manifest }, { region: "us-east-1" });
    assert.match(elsewhere["extension.manifest"] ?? "", /no layer is published in us-east-1.*in eu-west-1/);
    const wrong = of({ manifest: { formatVersion: 2, layers: [] } });
    assert.match(wrong["extension.manifest"] ?? "", /format 1/);
  });

  it("is Rotel's with the number of its version", () => {
    assert.deepEqual(of({ rotel: { version: 12, suffix: "-alpha" } }), {});
    assert.deepEqual(Object.keys(of({ rotel: { version: 0, suffix: "alpha" } })), [
      "extension.rotel.version",
      "extension.rotel.suffix",
    ]);
    const china = of({ rotel: { version: 12 } }, { region: "cn-north-1" });
    assert.match(china["extension.rotel"] ?? "", /no layers in cn-north-1/);
  });

  it("exists once, in one version, however it is named", () => {
    const other = layerVersionArn.replace(/3$/, "5");
    const own = "arn:aws:lambda:eu-west-1:123456789012:layer:own:1";
    const sources: FunctionView["extension"][] = [
      { layerVersionArn },
      { layerVersionArns: { [region]: { x86_64: layerVersionArn } } },
      { manifest: { formatVersion: 1, layers: [{ region, architecture: "x86_64", layerVersionArn }] } },
    ];
    for (const extension of sources) {
      assert.deepEqual(of(extension, { layers: [own] }), {});
      assert.match(
        of(extension, { layers: [own, layerVersionArn] })["layers[1]"] ?? "",
        /^is the extension's layer/,
      );
      const twice = of(extension, { layers: [other] })["layers[0]"];
      assert.match(
        twice ?? "",
        /^is another version of the extension's layer \(.*:3\), which is added automatically/,
      );
    }
    const rotel = "arn:aws:lambda:eu-west-1:418653438961:layer:rotel-extension-amd64:11";
    assert.match(of({ rotel: { version: 12 } }, { layers: [rotel] })["layers[0]"] ?? "", /another version/);
    const two = [own, own.replace(/1$/, "2")];
    assert.match(
      of({ layerVersionArn }, { layers: two })["layers[1]"] ?? "",
      /another version of the layer at layers\[0\]/,
    );
    assert.deepEqual(of({ layerVersionArn }, { layers: [own, UNKNOWN] }), {});
    const autoInstrumentation = { layerVersionArn: own, execWrapper: "/opt/x" };
    const instrumented = of({ layerVersionArn }, { layers: [two[1] ?? ""], autoInstrumentation });
    assert.match(instrumented["layers[0]"] ?? "", /another version of autoInstrumentation's layer/);
  });

  it("and all others are in the function's region", () => {
    const there = "arn:aws:lambda:us-east-1:123456789012:layer:own:1";
    const found = of({ layerVersionArn }, { layers: [there] });
    assert.match(found["layers[0]"] ?? "", /^is in us-east-1, but the function is in eu-west-1/);
    const unknown = reasons({ extension: { layerVersionArn }, layers: [there] });
    assert.match(unknown["layers[0]"] ?? "", /but the layers that are added are in eu-west-1/);
  });

  it("is named once and in the function's region", () => {
    const twice = of({ manifest, rotel: { version: 1 } });
    assert.match(twice.extension ?? "", /must have one of: manifest, rotel/);
    assert.match(of({}).extension ?? "", /specify the extension's layer by/);
    const elsewhere = of({ layerVersionArn }, { region: "eu-west-3" });
    assert.match(elsewhere["extension.layerVersionArn"] ?? "", /is in eu-west-1/);
  });
});

describe("the arguments of an observed function", () => {
  const paths = (view: FunctionView) => checkFunction(view).map(({ propertyPath }) => propertyPath);
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
