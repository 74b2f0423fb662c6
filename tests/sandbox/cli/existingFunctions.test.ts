import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  type Architecture,
  CreateFunctionCommand,
  DeleteLayerVersionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  PublishLayerVersionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { hostArchitecture } from "../../../layers/compile";
import { readBuildManifest } from "../../../layers/manifest";
import { zip } from "../../../layers/zip";
import { clientOptions, type EmbeddedAws, startEmbeddedAws } from "../../../sandbox/aws/embeddedAws";
import type { EmbeddedClickHouse } from "../../../sandbox/clickhouse";
import { type RunningAws, startRunningAws } from "../../../sandbox/runningAws";
import { playedCredentials, runCli } from "../../component/cli/cliRun";
import { startInReusedProcess } from "../reusedClickHouse";

const region = "eu-central-1";
const key = "key-made-for-this-test";
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const writesLogs = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["logs:*", "ec2:*"], Resource: ["*"] }],
});
const handler = "exports.handler = async (event) => { console.log('order', event.id ?? 0, 'came in'); };";

const talkative = `exports.handler = async ({ id }) => {
  console.log("order", id, "came in");
  console.log(JSON.stringify({ level: "warn", message: "slow", ms: 17, order: { id } }));
  console.error(new TypeError("no customer"));
  if (id % 2 === 0) throw new RangeError("order " + id);
};`;

describe("the command line with functions that run", () => {
  let aws: EmbeddedAws;
  let clickhouse: EmbeddedClickHouse;
  let running: RunningAws;
  let lambda: LambdaClient;
  let iam: IAMClient;
  let secrets: SecretsManagerClient;
  let layerArn: string;
  let secretArn: string;
  let restore: () => void;
  const directory = mkdtempSync(join(tmpdir(), "cli-test-"));

  before(async () => {
    restore = playedCredentials();
    [aws, clickhouse] = await Promise.all([startEmbeddedAws(), startInReusedProcess({ ingestionKey: key })]);
    running = await startRunningAws({
      ...{ aws, region, ports: clickhouse.ports, cacheDirectory: join(directory, "cache") },
    });
    lambda = new LambdaClient(clientOptions(aws, region));
    iam = new IAMClient(clientOptions(aws, region));
    secrets = new SecretsManagerClient(clientOptions(aws, region));
    const built = readBuildManifest().layers[hostArchitecture()];
    assert.ok(built, "the layers were not built: npm run layers:build");
    layerArn = await publish("clickstack-extension-amd64", readFileSync(built.path), hostArchitecture());
    const made = await secrets.send(
      new CreateSecretCommand({ Name: "ingestion", SecretString: JSON.stringify({ key }) }),
    );
    secretArn = made.ARN ?? "";
  });
  after(async () => {
    restore?.();
    await running?.stop();
    await Promise.allSettled([aws?.stop(), clickhouse?.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });

  const publish = async (LayerName: string, ZipFile: Buffer, architecture: Architecture) => {
    const { LayerVersionArn = "" } = await lambda.send(
      new PublishLayerVersionCommand({
        LayerName,
        Content: { ZipFile },
        CompatibleArchitectures: [architecture],
      }),
    );
    return LayerVersionArn;
  };
  const create = async (FunctionName: string, subnets: string[] = [], code = handler, envFile = "") => {
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName: FunctionName, AssumeRolePolicyDocument: trust }),
    );
    const policy = { RoleName: FunctionName, PolicyName: "logs", PolicyDocument: writesLogs };
    await iam.send(new PutRolePolicyCommand(policy));
    await lambda.send(
      new CreateFunctionCommand({
        ...{ FunctionName, Role: Role?.Arn, Runtime: "nodejs20.x", Handler: "index.handler", Timeout: 10 },
        Architectures: [hostArchitecture()],
        Code: {
          ZipFile: await zip([
            { name: "index.js", content: Buffer.from(code), mode: 0o644 },
            { name: "settings.env", content: Buffer.from(envFile), mode: 0o644 },
          ]),
        },
        Environment: { Variables: { STAGE: "live" } },
        ...(subnets.length > 0 && { VpcConfig: { SubnetIds: subnets, SecurityGroupIds: ["sg-1"] } }),
      }),
    );
  };
  const configuration = async (FunctionName: string) => {
    const {
      RevisionId: _,
      LastModified: __,
      $metadata: ___,
      ...rest
    } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return rest;
  };
  const cli = (...args: string[]) =>
    runCli(
      [...args, "--regions", region, "--endpoint-url", running.endpoint, "--requests-per-second", "200"],
      { environment: { CLICKHOUSE_URL: clickhouse.httpUrl, CLICKHOUSE_PASSWORD: key } },
    );
  const instrument = (name: string, more: string[] = []) =>
    cli(
      ...["instrument", name, "--endpoint", clickhouse.otlpUrl, "--secret", `${secretArn}#key`],
      ...["--layer-arn", layerArn, "--yes", ...more],
    );
  const verify = async (name: string, ...args: string[]) => {
    const { code, out, err } = await cli("verify", name, "--json", ...args);
    assert.equal(err, "");
    const { checks } = JSON.parse(out) as {
      checks: { name: string; result: string; text: string; fix?: string }[];
    };
    const fault = checks.find(({ result }) => result === "fault");
    assert.ok(fault === undefined || fault.fix);
    return { code, checks, fault: fault && `${fault.name}: ${fault.text}` };
  };

  it("instruments, verifies by an invocation, denies CloudWatch Logs and restores everything", async () => {
    await create("orders");
    const before = await configuration("orders");
    assert.equal((await instrument("orders")).code, 0);
    const early = await cli("cloudwatch", "disable", "orders", "--yes");
    assert.equal(early.code, 3);
    assert.match(early.out, /skipped orders .* rows: ClickHouse has no recent rows of it/);

    const invoked = () => verify("orders", "--invoke", "--payload", '{"id":17}');
    let first = await invoked();
    // On a loaded machine a cold environment may be frozen before it could send, which it does at the next invocation.
    if (first.fault?.startsWith("rows: ")) first = await invoked();
    assert.deepEqual([first.code, first.fault], [0, undefined], JSON.stringify(first.checks, undefined, 1));
    const names = first.checks.filter(({ result }) => result === "ok").map(({ name }) => name);
    assert.deepEqual(names, [
      ...["layer", "wrapper", "settings", "secrets", "permissions", "delivery", "invocation", "rows"],
      ...["attributes", "trace", "cloudWatch"],
    ]);
    const denied = await cli("cloudwatch", "disable", "orders", "--yes", "--retention", "7");
    assert.deepEqual([denied.code, denied.out.split("\n").at(-2)], [0, "1 changed"], denied.out + denied.err);
    assert.equal((await cli("cloudwatch", "disable", "orders", "--yes")).out, "1 unchanged\n");
    const readable = await cli("verify", "orders", "--hyperdx", "http://localhost:8080");
    assert.match(
      readable.out,
      /✔ rows +\d+ log records? and \d+ spans? since .*\n(.*\n)+ {2}http:\/\/localhost:8080\/trace/,
    );
    const tail = await cli("tail", "orders");
    assert.equal(tail.code, 2, "tail takes no options of AWS");

    assert.equal((await cli("cloudwatch", "enable", "orders", "--yes")).out.split("\n").at(-2), "1 changed");
    assert.equal((await cli("uninstrument", "orders", "--yes")).code, 0);
    assert.deepEqual(await configuration("orders"), before);
  });

  it("sends the history of a function once, as the extension sent it then", async () => {
    await create("history", [], talkative);
    const client = new LambdaClient({ ...clientOptions(aws, region), endpoint: running.endpoint });
    const invoke = async (id: number) => {
      const Payload = Buffer.from(JSON.stringify({ id }));
      await client.send(new InvokeCommand({ FunctionName: "history", Payload }));
    };
    await invoke(1);
    await invoke(2);
    await running.recycle();
    assert.equal((await instrument("history")).code, 0);
    await invoke(3);
    await invoke(4);
    await running.recycle();
    client.destroy();
    const rows = async () => {
      const found = await clickhouse.query<Record<string, unknown>>(
        `SELECT toUnixTimestamp64Milli(Timestamp) AS ms, SeverityText, SeverityNumber, Body, LogAttributes, mapSort(mapFilter((key, value) -> key != 'faas.instance', ResourceAttributes)) AS resource,
           TraceId = '' AS untraced FROM otel_logs WHERE ResourceAttributes['faas.name'] = 'history' ORDER BY Timestamp`,
      );
      return found.map((row) => JSON.stringify(row));
    };
    const spans = () =>
      clickhouse.query(
        `SELECT SpanName, StatusCode, toUnixTimestamp64Milli(Timestamp) AS ms, SpanAttributes['faas.coldstart'] AS cold
           FROM otel_traces WHERE ResourceAttributes['faas.name'] = 'history' ORDER BY Timestamp, SpanName`,
      );
    const [live, liveSpans] = [await rows(), await spans()];
    assert.ok(live.length >= 6, live.join("\n"));
    const state = (name: string) => ["--state", join(directory, `${name}.json`)];
    const since = ["--since", "1h"];
    const withoutClickHouse = (...args: string[]) =>
      runCli([
        ...["backfill", "history", ...since, ...state("first"), ...args],
        ...["--regions", region, "--endpoint-url", running.endpoint, "--requests-per-second", "200"],
      ]);

    const planned = await withoutClickHouse("--dry-run", "--json");
    assert.equal(planned.code, 7, planned.out + planned.err);
    const { lines } = JSON.parse(planned.out) as { lines: number };
    const sent = await withoutClickHouse();
    assert.equal(sent.code, 0, sent.out + sent.err);
    assert.match(sent.out, /^1 log streams skipped: the extension has sent them\n/);
    assert.match(
      sent.out,
      new RegExp(`history \\(${region}\\): ${lines} lines \\(0\\.0 MB\\) of 1 log streams sent\\n$`),
    );
    const all = await rows();
    assert.equal(all.length, 2 * live.length);
    assert.match((await withoutClickHouse()).out, /: 0 lines/);
    const known = await cli("backfill", "history", ...since, ...state("known"));
    assert.match(known.out, /^14 lines skipped: ClickHouse already has them\nhistory .*: 0 lines/);
    assert.equal((await rows()).length, all.length);

    // The same lines once more, now from CloudWatch Logs.
    await clickhouse.query("TRUNCATE TABLE otel_logs");
    await clickhouse.query("TRUNCATE TABLE otel_traces");
    const again = await cli("backfill", "history", ...since, ...state("again"));
    assert.equal(again.code, 0, again.out + again.err);
    const [first] = live;
    const begin = (JSON.parse(first ?? "{}") as { ms: number }).ms;
    const isLater = (row: string) => (JSON.parse(row) as { ms: number }).ms >= begin;
    assert.deepEqual((await rows()).filter(isLater), live);
    const later = (await spans()) as { ms: number }[];
    const { ms = 0 } = (liveSpans as { ms: number }[])[0] ?? {};
    assert.deepEqual(
      later.filter((span) => span.ms >= ms - 1).map((span) => ({ ...span, ms: 0 })),
      liveSpans.map((span) => ({ ...(span as object), ms: 0 })),
    );
  });

  it("names the fault of broken functions, with an exit code of its class", async () => {
    await create("broken");
    const variable = async (variables: Record<string, string | undefined>) => {
      const { Environment } = await configuration("broken");
      const all = { ...Environment?.Variables, ...variables };
      const Variables = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
      await lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: "broken",
          Environment: { Variables } as never,
        }),
      );
    };
    const layers = (Layers: string[]) =>
      lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "broken", Layers }));
    const removeLayer = async () => {
      const LayerName = "clickstack-extension-amd64";
      const content = await zip([{ name: "a", content: Buffer.from("a"), mode: 0o644 }]);
      const arn = await publish(LayerName, content, hostArchitecture());
      await layers([arn]);
      const VersionNumber = Number(arn.split(":").at(-1));
      await lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber }));
    };
    const other = hostArchitecture() === "arm64" ? "x86_64" : "arm64";
    const foreign = await publish(
      "clickstack-extension-other",
      Buffer.from(await zip([{ name: "a", content: Buffer.from("a"), mode: 0o644 }])),
      other,
    );
    const kms = await secrets.send(
      new CreateSecretCommand({
        ...{ Name: "encrypted", SecretString: key },
        KmsKeyId: `arn:aws:kms:${region}:123456789012:key/11111111-2222-3333-4444-555555555555`,
      }),
    );
    const headers = "ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS";
    const cases: [string, () => Promise<unknown>, number, RegExp][] = [
      ["no layer", () => layers([]), 11, /layer: the function does not have the extension's layer/],
      ["a layer that is gone", removeLayer, 11, /layer: .*:2 cannot be read/],
      ["another architecture", () => layers([foreign]), 11, /layer: .* is for .*, and the function runs on/],
      [
        "a wrapper without layer",
        () => variable({ AWS_LAMBDA_EXEC_WRAPPER: "/opt/otel-handler" }),
        12,
        /wrapper: AWS_LAMBDA_EXEC_WRAPPER is \/opt\/otel-handler, and/,
      ],
      [
        "a setting that is not valid",
        () => variable({ CLICKSTACK_FLUSH_MODE: "sometimes" }),
        13,
        /settings: CLICKSTACK_FLUSH_MODE: must be one of: auto.*\(got "sometimes"\)/,
      ],
      [
        "no endpoint",
        () => variable({ ROTEL_OTLP_EXPORTER_ENDPOINT: undefined }),
        13,
        /settings: no endpoint is set/,
      ],
      [
        "a secret that is not there",
        () =>
          variable({
            [headers]: `Authorization=\${arn:aws:secretsmanager:${region}:123456789012:secret:none-AbC123}`,
          }),
        14,
        /secrets: .*none-AbC123: ResourceNotFoundException/,
      ],
      [
        "a field that is not there",
        () => variable({ [headers]: `Authorization=\${${secretArn}#nothing}` }),
        14,
        /secrets: .* it has no field nothing/,
      ],
      [
        "a role without the policy",
        () =>
          iam.send(
            new DeleteRolePolicyCommand({
              RoleName: "broken",
              PolicyName: `clickstack-lambda-${region}-broken`,
            }),
          ),
        15,
        /permissions: secretsmanager:GetSecretValue of .* is not allowed to broken/,
      ],
      [
        "a key of KMS that may not be used",
        async () => {
          const { code } = await instrument("broken", ["--secret", kms.ARN ?? ""]);
          assert.equal(code, 0);
        },
        15,
        /permissions: kms:Decrypt of .* is not allowed to broken/,
      ],
      [
        "an endpoint where nothing listens",
        () => variable({ ROTEL_OTLP_EXPORTER_ENDPOINT: "http://127.0.0.1:65530" }),
        16,
        /network: http:\/\/127\.0\.0\.1:65530\S* could not be reached \(ECONNREFUSED\)/,
      ],
      [
        "a wrong ingestion key",
        () =>
          secrets.send(
            new PutSecretValueCommand({ SecretId: secretArn, SecretString: '{"key":"another-key"}' }),
          ),
        17,
        /delivery: .* refused the key/,
      ],
    ];
    for (const [title, damage, code, message] of cases) {
      assert.equal((await cli("uninstrument", "broken", "--yes")).code, 0, title);
      await layers([]);
      await variable({ AWS_LAMBDA_EXEC_WRAPPER: undefined, CLICKSTACK_FLUSH_MODE: undefined });
      const made = await instrument("broken");
      assert.equal(made.code, 0, `${title}: ${made.out}`);
      await damage();
      const found = await verify("broken");
      assert.match(found.fault ?? "", message, title);
      assert.equal(found.code, code, title);
      assert.ok(!JSON.stringify(found).includes("another-key"));
    }
    await secrets.send(
      new PutSecretValueCommand({ SecretId: secretArn, SecretString: JSON.stringify({ key }) }),
    );
  });

  it("reports a VPC without a route out, functions without rows, rows without attributes or a trace, and unknown functions", async () => {
    const ec2 = new EC2Client(clientOptions(aws, region));
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: "10.0.1.0/24" }),
    );
    await create("inside", [Subnet?.SubnetId ?? ""]);
    const made = await cli(
      ...["instrument", "inside", "--endpoint", "http://203.0.113.7:4318", "--layer-arn", layerArn, "--yes"],
    );
    assert.equal(made.code, 0, made.out + made.err);
    const inside = await verify("inside");
    assert.deepEqual(
      [inside.code, inside.fault],
      [16, `network: ${Subnet?.SubnetId} has no route out of its VPC`],
    );

    await create("silent");
    assert.equal((await instrument("silent")).code, 0);
    const silent = await verify("silent");
    assert.match(silent.fault ?? "", /^rows: ClickHouse has no rows of the function since/);
    assert.equal(silent.code, 19);
    const metrics = new CloudWatchClient(clientOptions(aws, region));
    const Dimensions = [{ Name: "FunctionName", Value: "silent" }];
    const datum = { MetricName: "Invocations", Value: 17, Timestamp: new Date(Date.now() - 3_600_000) };
    await metrics.send(
      new PutMetricDataCommand({ Namespace: "AWS/Lambda", MetricData: [{ ...datum, Dimensions }] }),
    );
    const insert = (row: object) =>
      fetch(
        `${clickhouse.httpUrl}/?query=${encodeURIComponent("INSERT INTO otel_logs FORMAT JSONEachRow")}`,
        {
          ...{ method: "POST", headers: { "x-clickhouse-user": "default", "x-clickhouse-key": key } },
          body: JSON.stringify({
            Timestamp: new Date().toISOString().slice(0, 23).replace("T", " "),
            ...row,
          }),
        },
      );
    const lost = { Body: "telemetry records lost: 3 (refused 3)", LogAttributes: { type: "extension" } };
    await insert({ ...lost, ResourceAttributes: { "faas.name": "untold", "cloud.region": region } });
    await create("untold");
    assert.equal((await instrument("untold")).code, 0);
    const troubled = await cli("status", "silent", "untold", "--problems");
    const place = `\\(${region}\\)`;
    assert.match(
      troubled.out,
      new RegExp(`untold ${place}: telemetry records lost: 3 \\(refused 3\\) \\(1 times`),
    );
    assert.match(
      troubled.out,
      new RegExp(
        `silent ${place}: it was invoked, and ClickHouse has no rows of it \\(17 times in the last day`,
      ),
    );
    await insert({ ResourceAttributes: { "faas.name": "silent", "service.name": "silent" } });
    const bare = await verify("silent");
    assert.deepEqual([bare.code, bare.fault], [20, "attributes: rows lack faas.version, cloud.region"]);
    await create("untraced");
    assert.equal((await instrument("untraced")).code, 0);
    const complete = { "service.name": "untraced", "faas.version": "1", "cloud.region": region };
    await insert({ ResourceAttributes: { "faas.name": "untraced", ...complete } });
    const untraced = await verify("untraced");
    assert.match(untraced.fault ?? "", /^trace: no spans since/);
    assert.equal(untraced.code, 21);
    const file = `ROTEL_OTLP_EXPORTER_PROTOCOL=http\nROTEL_OTLP_EXPORTER_ENDPOINT=${clickhouse.otlpUrl}\nROTEL_OTLP_EXPORTER_CUSTOM_HEADERS="Authorization=\${${secretArn}#key}"\n`;
    await create("filed", [], handler, file);
    const filed = (path: string) =>
      cli(
        ...["instrument", "filed", "--secret-arn", secretArn, "--layer-arn", layerArn, "--yes"],
        ...["--setting", `envFile=${path}`],
      );
    const withFile = await filed("/var/task/settings.env");
    assert.equal(withFile.code, 0, withFile.out + withFile.err);
    const read = await verify("filed");
    const texts = Object.fromEntries(read.checks.map(({ name, text }) => [name, text]));
    assert.deepEqual(
      [texts.settings, texts.secrets, texts.delivery],
      ["valid, with those of /var/task/settings.env", "1 read", "a log record was accepted"],
      JSON.stringify(read.checks),
    );
    await filed("none.env");
    const none = await verify("filed");
    assert.deepEqual(
      [none.code, none.fault],
      [13, "settings: ROTEL_ENV_FILE names none.env, which is not in the function's code"],
    );
    await filed("/opt/settings.env");
    const { checks } = await verify("filed");
    assert.match(
      checks.find(({ name }) => name === "settings")?.text ?? "",
      /^\/opt\/settings\.env has further ones and cannot be read from here: it is not in the function's code/,
    );
    const missing = await verify("missing");
    assert.deepEqual([missing.code, missing.fault], [10, "function: there is no function of this name"]);
  });
});
