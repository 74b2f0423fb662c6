import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../..";
import { account, runMocked, valueFrom } from "../mockedStack";
import { givenRole, layerVersionArn, minimal, problems, secretArn } from "../observedFunctionFixture";

const types = {
  function: "aws:lambda/function:Function",
  policy: "aws:iam/rolePolicy:RolePolicy",
  secret: "aws:secretsmanager/secret:Secret",
  secretVersion: "aws:secretsmanager/secretVersion:SecretVersion",
  logGroup: "aws:cloudwatch/logGroup:LogGroup",
};
const endpoint = "https://clickstack.example.com:4318";
const storedArn = (name: string) =>
  `arn:aws:secretsmanager:${account.region}:${account.id}:secret:${name}-AbC123`;

async function observe(args: Partial<clickstack.ObservedFunctionArgs>) {
  const { result, resources } = await runMocked(
    () => new clickstack.ObservedFunction("api", { ...minimal, ...args }),
  );
  const { inputs } = resources.one(types.function);
  const { variables: environment = {} } = (inputs.environment ?? {}) as {
    variables?: Record<string, unknown>;
  };
  const statements = (name: string) =>
    JSON.parse(String(resources.one(types.policy, name).inputs.policy)).Statement;
  const secretStatements = () => statements("api-permissions").slice(1); // The first is for logs.
  return { component: result, resources, inputs, environment, statements, secretStatements };
}

describe("the telemetry of an ObservedFunction", () => {
  it("goes to managed ClickStack with one argument, plain or as an output", async () => {
    for (const managedClickStack of [true, pulumi.output(true)]) {
      const { environment } = await observe({ endpoint, managedClickStack });
      assert.equal(environment.CLICKSTACK_MANAGED, "true");
      assert.equal(environment.ROTEL_OTLP_EXPORTER_ENDPOINT, endpoint);
    }
    assert.ok(!("CLICKSTACK_MANAGED" in (await observe({ endpoint })).environment));
  });

  it("leaves in a rhythm of one's choice, plain or as output", async () => {
    for (const flushMode of ["continuous,5000", pulumi.output("continuous,5000")]) {
      const { environment } = await observe({ endpoint, flushMode });
      assert.equal(environment.CLICKSTACK_FLUSH_MODE, "continuous,5000");
    }
    assert.match(
      (await problems({ flushMode: pulumi.output("never") })).flushMode ?? "",
      /must be one of: auto/,
    );
  });

  it("carries web identity tokens, which the role may request for their audience", async () => {
    const audience = "https://collector.example.com";
    const ways: Partial<clickstack.ObservedFunctionArgs>[] = [
      { webIdentityAudience: audience },
      { webIdentityAudience: pulumi.output(audience) },
      { settings: { webIdentityAudience: audience } },
      { environment: { variables: { CLICKSTACK_WEB_IDENTITY_AUDIENCE: audience } } },
    ];
    for (const way of ways) {
      const { environment, secretStatements, statements } = await observe({ endpoint, ...way });
      assert.equal(environment.CLICKSTACK_WEB_IDENTITY_AUDIENCE, audience);
      const [made, ...others] = secretStatements();
      assert.deepEqual([made.Sid, others], ["RequestWebIdentityTokens", []]);
      assert.deepEqual(made.Condition["ForAllValues:StringEquals"], {
        "sts:IdentityTokenAudience": [audience],
      });
      assert.equal(statements("api-permissions")[0].Sid, "WriteLogs");
      const given = await observe({ endpoint, role: givenRole, ...way });
      assert.deepEqual(given.statements("api-secrets"), [made]);
    }
  });

  it("carries version and settings of a file in the code, whose secrets the role may read", async () => {
    const directory = mkdtempSync(join(tmpdir(), "env-file-test-"));
    try {
      const line = `ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS="Authorization=\${${secretArn}#key}"\n`;
      writeFileSync(join(directory, "clickstack.env"), line);
      const archives = [
        new pulumi.asset.FileArchive(directory),
        new pulumi.asset.AssetArchive({ "clickstack.env": new pulumi.asset.StringAsset(line) }),
        new pulumi.asset.AssetArchive({ ".": new pulumi.asset.FileArchive(directory) }),
      ];
      for (const code of archives) {
        const { environment, secretStatements } = await observe({
          code,
          endpoint,
          envFile: "/var/task/clickstack.env",
          serviceVersion: "1.2.3",
          resourceAttributes: { team: "a" },
        });
        assert.equal(environment.ROTEL_ENV_FILE, "/var/task/clickstack.env");
        assert.equal(environment.ROTEL_OTEL_RESOURCE_ATTRIBUTES, "team=a,service.version=1.2.3");
        assert.deepEqual(secretStatements()[0].Resource, [secretArn]);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("may refer to a secret in any argument whose references the extension resolves", async () => {
    const reference = `\${${secretArn}}`;
    const clickhouse = { endpoint: "https://clickhouse.example.com:8443", database: reference };
    for (const args of [{ endpoint, serviceVersion: reference }, { clickhouse }]) {
      const { secretStatements } = await observe(args);
      assert.deepEqual(secretStatements()[0]?.Resource, [secretArn], JSON.stringify(args));
    }
    // The extension does not treat a name as a reference, so the name may be an output and needs no policy.
    const { secretStatements } = await observe({ endpoint, serviceName: reference });
    assert.deepEqual(secretStatements(), []);
    const given = await observe({ endpoint, role: givenRole, serviceVersion: pulumi.output("1") });
    assert.deepEqual(given.resources.names(types.policy), []);
  });

  it("goes into ClickHouse directly", async () => {
    const { environment, secretStatements } = await observe({
      clickhouse: {
        endpoint: pulumi.output("https://clickhouse.example.com:8443"),
        user: "writer",
        password: `${secretArn}#password`,
        asyncInsert: false,
      },
    });
    assert.deepEqual(environment, {
      ROTEL_EXPORTER: "clickhouse",
      ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT: "https://clickhouse.example.com:8443",
      ROTEL_CLICKHOUSE_EXPORTER_USER: "writer",
      ROTEL_CLICKHOUSE_EXPORTER_PASSWORD: `\${${secretArn}#password}`,
      ROTEL_CLICKHOUSE_EXPORTER_ASYNC_INSERT: "false",
    });
    assert.deepEqual(secretStatements()[0].Resource, [secretArn]);
  });

  it("accepts keys as values, which it stores", async () => {
    const key = "arn:aws:kms:eu-west-1:123456789012:key/0a1b";
    const { environment, resources, secretStatements, inputs } = await observe({
      clickhouse: { endpoint: "https://clickhouse.example.com:8443" },
      clickhousePassword: "hush",
      ingestionKey: pulumi.output("hush"),
      secretKmsKeyArns: [key],
      secretArns: [secretArn],
      region: "eu-west-1",
    });
    assert.equal(resources.one(types.secret, "api-ingestion-key").inputs.kmsKeyId, key);
    assert.equal(resources.one(types.secret, "api-ingestion-key").inputs.region, "eu-west-1");
    const { secretString } = resources.one(types.secretVersion, "api-clickhouse-password").inputs;
    assert.equal(pulumi.runtime.isRpcSecret(secretString), true);
    const header = environment.ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS;
    assert.equal(header, `Authorization=\${${storedArn("api-ingestion-key")}}`);
    const password = `\${${storedArn("api-clickhouse-password")}}`;
    assert.equal(environment.ROTEL_CLICKHOUSE_EXPORTER_PASSWORD, password);
    assert.ok(!JSON.stringify(inputs).includes("hush"));
    const [read, together, decrypt] = secretStatements();
    assert.deepEqual(read.Resource, [
      storedArn("api-clickhouse-password"),
      storedArn("api-ingestion-key"),
      secretArn,
    ]);
    assert.deepEqual(together.Action, ["secretsmanager:BatchGetSecretValue"]);
    assert.deepEqual(decrypt.Resource, [key]);
  });

  it("keeps keys secret among the component's own inputs", async () => {
    const { resources } = await runMocked(
      () => new clickstack.ObservedFunction("api", { ...minimal, endpoint, ingestionKey: "hush" }),
    );
    const { ingestionKey } = resources.one("clickstack-lambda:index:ObservedFunction").inputs;
    assert.equal(pulumi.runtime.isRpcSecret(ingestionKey), true);
  });
});

describe("arguments of an ObservedFunction without a value", () => {
  /** In the form in which programs in any language pass them. */
  const none = {
    undefined,
    null: null,
    "an output of undefined": pulumi.output(undefined),
    "an output of null": pulumi.output(null),
  };

  for (const [name, value] of Object.entries(none)) {
    it(`count as left out: ${name}`, async () => {
      const names = [
        "authorization",
        "endpoint",
        "headers",
        "layers",
        "protocol",
        "region",
        "resourceAttributes",
      ];
      const more = ["secretArns", "secretKmsKeyArns", "serviceName", "serviceVersion", "settings", "envFile"];
      const absent = Object.fromEntries(
        [...names, ...more, "architectures", "environment"].map((key) => [key, value]),
      );
      const { inputs, environment } = await observe(absent);
      assert.deepEqual(inputs.layers, [layerVersionArn]);
      const texts = Object.values(environment).filter((text) => text !== null);
      assert.ok(!/null|undefined/.test(texts.join()), texts.join());
    });

    it(`count as left out of maps: ${name}`, async () => {
      const given = { endpoint, headers: { a: "1", b: value }, resourceAttributes: { team: "a", c: value } };
      const { environment } = await observe({ ...given, settings: { batchMaxSize: value } } as object);
      assert.equal(environment.ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS, "a=1");
      assert.equal(environment.ROTEL_OTEL_RESOURCE_ATTRIBUTES, "team=a");
    });
  }
});

describe("the layers of an ObservedFunction", () => {
  const own = "arn:aws:lambda:eu-west-1:123456789012:layer:own:1";
  const manifest = {
    formatVersion: 1,
    layers: [
      {
        region: "eu-west-1",
        architecture: "x86_64",
        layerName: "clickstack-extension-amd64",
        layerVersionArn,
        version: "3",
        sha256: "00",
      },
    ],
  };

  it("come from a manifest, as value of another stack or in a file", async () => {
    const directory = mkdtempSync(join(tmpdir(), "manifest-test-"));
    try {
      const path = join(directory, "layers.json");
      writeFileSync(path, JSON.stringify(manifest));
      for (const extension of [
        { manifest },
        { manifest: pulumi.output(manifest) },
        pulumi.output({ manifest }),
        { manifestFile: path },
        { manifestFile: pulumi.output(path) },
      ]) {
        const { inputs } = await observe({ extension, layers: [own] });
        assert.deepEqual(inputs.layers, [own, layerVersionArn]);
      }
      const missing = await problems({ extension: { manifestFile: join(directory, "none.json") } });
      assert.match(missing["extension.manifestFile"] ?? "", /none\.json is missing: create it with/);
      writeFileSync(path, "{}");
      const wrong = await problems({ extension: { manifestFile: path } });
      assert.match(wrong["extension.manifestFile"] ?? "", /layers\.json is not a manifest/);
      writeFileSync(path, JSON.stringify(manifest));
      const elsewhere = await problems({ extension: { manifestFile: path }, architectures: ["arm64"] });
      assert.match(elsewhere["extension.manifestFile"] ?? "", /no layer for arm64/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("are Rotel's upstream ones by region and architecture", async () => {
    const extension = { rotel: { version: 12, suffix: "-alpha" } };
    const { inputs } = await observe({ extension, architectures: ["arm64"] });
    const arn = "arn:aws:lambda:eu-west-1:418653438961:layer:rotel-extension-arm64-alpha:12";
    assert.deepEqual(inputs.layers, [arn]);
  });

  it("include the one that instruments the code, before the extension's, with its variables", async () => {
    const { inputs, environment, component } = await observe({
      layers: [own],
      memorySize: 512,
      runtime: pulumi.output("python3.13"),
      autoInstrumentation: { version: pulumi.output("0.21.0") },
    });
    const instrumentation = "arn:aws:lambda:eu-west-1:184161586896:layer:opentelemetry-python-0_21_0:1";
    assert.deepEqual(inputs.layers, [own, instrumentation, layerVersionArn]);
    assert.deepEqual(await valueFrom(component.layerArns), inputs.layers);
    assert.deepEqual(environment, { AWS_LAMBDA_EXEC_WRAPPER: "/opt/otel-instrument" });
    const adot = await observe({
      memorySize: 512,
      autoInstrumentation: { distribution: clickstack.InstrumentationDistribution.Adot },
      environment: { variables: { OTEL_AWS_APPLICATION_SIGNALS_ENABLED: "true" } },
    });
    assert.deepEqual(adot.environment, {
      AWS_LAMBDA_EXEC_WRAPPER: "/opt/otel-instrument",
      OTEL_AWS_APPLICATION_SIGNALS_ENABLED: "true",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:4318/v1/traces",
    });
  });

  it("include light tracing in the extension's layer for Node.js and Python, also if the runtime is known later", async () => {
    for (const runtime of ["nodejs22.x", pulumi.output("python3.13")]) {
      const { inputs, environment } = await observe({ layers: [own], runtime, autoInstrumentation: {} });
      assert.deepEqual(inputs.layers, [own, layerVersionArn]);
      assert.deepEqual(environment, { AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing" });
    }
    const rotel = await observe({
      memorySize: 512,
      runtime: "nodejs22.x",
      extension: pulumi.output({ rotel: { version: 12 } }),
      autoInstrumentation: {},
    });
    const [instrumentation, extension] = rotel.inputs.layers as string[];
    assert.match(instrumentation ?? "", /:layer:opentelemetry-nodejs-/);
    assert.match(extension ?? "", /:layer:rotel-extension-amd64:12$/);
    assert.equal(rotel.environment.AWS_LAMBDA_EXEC_WRAPPER, "/opt/otel-handler");
  });

  it("are not added to a container image, which still gets environment and policies", async () => {
    const { resources } = await runMocked(
      () =>
        new clickstack.ObservedFunction("api", {
          packageType: "Image",
          imageUri: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:1",
          endpoint,
          authorization: secretArn,
        }),
    );
    const { inputs } = resources.one(types.function);
    assert.ok(!("layers" in inputs));
    assert.match(JSON.stringify(inputs.environment), /ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS/);
    assert.deepEqual(resources.names(types.policy), ["api-permissions"]);
  });

  it("of code that is too large are an error before anything is created", async () => {
    const directory = mkdtempSync(join(tmpdir(), "large-code-test-"));
    try {
      // A sparse file: it has the size but uses no disk space.
      writeFileSync(join(directory, "model.bin"), "");
      truncateSync(join(directory, "model.bin"), 251 * 1024 * 1024);
      const found = await problems({ code: new pulumi.asset.FileArchive(directory) });
      assert.match(found.code ?? "", /251 MB unpacked \(code 251 MB\); Lambda allows 250 MB/);
      truncateSync(join(directory, "model.bin"), 249 * 1024 * 1024);
      const place = { region: account.region, architecture: "x86_64", layerVersionArn };
      const layers = [{ ...place, layerName: "x", version: "1", sha256: "", unzippedSize: 2 * 1024 * 1024 }];
      const manifest = pulumi.output({ formatVersion: 1, layers });
      const code = new pulumi.asset.FileArchive(`${directory}/.`);
      const both = await problems({ code, extension: { manifest } });
      assert.match(both.code ?? "", /251 MB unpacked \(code 249 MB, extension 2 MB\)/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe("the log group of an ObservedFunction", () => {
  const logRetentionInDays = 14;

  it("has a custom name that the function receives, or the one derived from the function's name", async () => {
    const unnamed = await observe({ logRetentionInDays });
    const group = unnamed.resources.one(types.logGroup).inputs;
    assert.deepEqual([group.namePrefix, group.retentionInDays], ["/aws/lambda/api-", 14]);
    assert.deepEqual(unnamed.inputs.loggingConfig, { logFormat: "Text", logGroup: "/aws/lambda/api-8f9e" });
    const named = await observe({ logRetentionInDays, name: "orders" });
    assert.equal(named.resources.one(types.logGroup).inputs.name, "/aws/lambda/orders");
    assert.ok(!("loggingConfig" in named.inputs));
    const json = await observe({ logRetentionInDays, loggingConfig: pulumi.output({ logFormat: "JSON" }) });
    assert.deepEqual(json.inputs.loggingConfig, { logFormat: "JSON", logGroup: "/aws/lambda/api-8f9e" });
  });

  it("stays when logs are disabled, and is the denied one", async () => {
    const cloudWatchLogs = clickstack.CloudWatchLogs.Disable;
    const { statements, resources } = await observe({ logRetentionInDays, cloudWatchLogs });
    assert.deepEqual(resources.names(types.logGroup), ["api-log-group"]);
    assert.match(statements("api-no-logs")[0].Resource[0], /:log-group:\/aws\/lambda\/api-8f9e$/);
  });
});
