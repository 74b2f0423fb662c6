import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, IAMClient, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  GetLayerVersionPolicyCommand,
  LambdaClient,
  PublishLayerVersionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { sha256 } from "../../../layers/sha256";
import { zip } from "../../../layers/zip";
import { clientOptions, type EmbeddedAws, startEmbeddedAws } from "../../../sandbox/aws/embeddedAws";
import { isAllowed } from "../../../sandbox/aws/policy";
import { type AwsCall, forward, startAwsProxy } from "../../../sandbox/aws/proxy";
import { rolePolicies } from "../../../sandbox/aws/rolePolicies";
import { playedCredentials, runCli } from "../../component/cli/cliRun";
import { region, trustPolicy } from "../surroundings";

const endpoint = "https://clickstack.example.com:4318";

describe("the command line with the embedded AWS", () => {
  let aws: EmbeddedAws;
  let lambda: LambdaClient;
  let iam: IAMClient;
  let role: string;
  let restore: () => void;
  let layerArn: string;

  before(async () => {
    restore = playedCredentials();
    aws = await startEmbeddedAws();
    lambda = new LambdaClient(clientOptions(aws, region));
    iam = new IAMClient(clientOptions(aws, region));
    const made = await iam.send(
      new CreateRoleCommand({ RoleName: "orders", AssumeRolePolicyDocument: trustPolicy }),
    );
    role = made.Role?.Arn ?? "";
    const ZipFile = await zip([
      { name: "extensions/clickstack-lambda", content: Buffer.from("#!/bin/sh\n"), mode: 0o755 },
    ]);
    const layer = await lambda.send(
      new PublishLayerVersionCommand({ LayerName: "clickstack-extension-amd64", Content: { ZipFile } }),
    );
    layerArn = layer.LayerVersionArn ?? "";
  });
  after(async () => {
    restore?.();
    await aws?.stop();
  });

  const configuration = async (FunctionName: string) => {
    const { Configuration: { RevisionId: _, LastModified: __, ...rest } = {}, Tags } = await lambda.send(
      new GetFunctionCommand({ FunctionName }),
    );
    return { ...rest, Tags };
  };
  const cli = (...args: string[]) =>
    runCli([
      ...args,
      "--regions",
      region,
      "--endpoint-url",
      aws.endpoint,
      "--requests-per-second",
      "100",
      "--yes",
    ]);

  it("instruments a function, changes nothing when run again, and reverts everything after others changed it", async () => {
    const Code = {
      ZipFile: await zip([
        { name: "index.js", content: Buffer.from("exports.handler = async () => 1;"), mode: 0o644 },
      ]),
    };
    const common = {
      Role: role,
      Runtime: "nodejs22.x" as const,
      Handler: "index.handler",
      Code,
      Timeout: 10,
    };
    await lambda.send(
      new CreateFunctionCommand({
        ...common,
        FunctionName: "orders",
        Environment: { Variables: { STAGE: "live" } },
        Tags: { team: "shop" },
      }),
    );
    await lambda.send(new CreateFunctionCommand({ ...common, FunctionName: "bare" }));
    const before = [await configuration("orders"), await configuration("bare")];
    const secret = `arn:aws:secretsmanager:${region}:${aws.accountId}:secret:key-AbC123`;
    const args = [
      "instrument",
      "orders",
      "bare",
      "--endpoint",
      endpoint,
      "--secret",
      secret,
      "--layer-arn",
      layerArn,
    ];

    const first = await cli(...args);
    assert.deepEqual([first.code, first.out.split("\n").at(-2)], [0, "2 changed"], first.out + first.err);
    const observed = await configuration("orders");
    assert.deepEqual(
      observed.Layers?.map(({ Arn }) => Arn),
      [layerArn],
    );
    assert.equal(observed.Environment?.Variables?.ROTEL_OTLP_EXPORTER_ENDPOINT, endpoint);
    const reads = isAllowed(await rolePolicies(aws, role), {
      action: "secretsmanager:GetSecretValue",
      resource: secret,
    });
    assert.ok(reads);
    assert.equal((await cli(...args)).out, "2 unchanged\n");

    const Variables = { ...observed.Environment?.Variables, STAGE: "test", MORE: "1" };
    await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: "orders", Environment: { Variables } }),
    );
    assert.equal((await cli("uninstrument", "--tag", "team=shop")).code, 0);
    assert.deepEqual(await configuration("orders"), {
      ...before[0],
      Environment: { Variables: { STAGE: "test", MORE: "1" } },
    });
    assert.equal((await cli("uninstrument", "--all")).out.split("\n").at(-2), "1 changed, 1 unchanged");
    assert.deepEqual(await configuration("bare"), before[1]);
    assert.deepEqual((await iam.send(new ListRolePoliciesCommand({ RoleName: "orders" }))).PolicyNames, []);
  });

  it("reports what AWS refuses with the request's id, and leaves the function as it was", async () => {
    const before = await configuration("bare");
    const missing = layerArn.replace(/\d+$/, "99");
    const { code, out } = await cli("instrument", "bare", "--endpoint", endpoint, "--layer-arn", missing);
    assert.equal(code, 4);
    assert.match(out, /restored bare \(.*\): \w+Exception: .*\(request id/);
    assert.deepEqual(await configuration("bare"), before);
  });

  it("publishes layers once, also for other accounts, instruments with them, and prunes unused ones", async () => {
    const directory = mkdtempSync(join(tmpdir(), "cli-layers-"));
    const build = async (text: string) => {
      const content = await zip([
        { name: "extensions/clickstack-lambda", content: Buffer.from(text), mode: 0o755 },
      ]);
      const file = "extension.zip";
      writeFileSync(join(directory, file), content);
      const artifact = {
        file,
        sha256: sha256(content),
        size: content.length,
        unzippedSize: 100,
        tracing: true,
      };
      const manifest = { formatVersion: 1, layers: { x86_64: artifact, arm64: artifact } };
      writeFileSync(join(directory, "manifest.json"), JSON.stringify(manifest));
    };
    const output = join(directory, "layers.json");
    const layers = (command: string, ...args: string[]) =>
      runCli([
        "layers",
        command,
        "--regions",
        `${region},eu-west-1`,
        "--endpoint-url",
        aws.endpoint,
        "--name-prefix",
        "own",
        ...args,
      ]);
    const results = (out: string) =>
      out
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]);
    process.env.CLICKSTACK_LAYERS_DIRECTORY = directory;
    try {
      await build("one");
      const dry = await layers("publish", "--dry-run");
      assert.deepEqual([dry.code, results(dry.out)], [7, Array(4).fill("planned")]);
      const wrong = await layers("publish", "--accounts", "17");
      assert.match(wrong.err, /permissions\.accountIds\[0\]: "17" is not an AWS account ID/);
      // One of two regions refuses everything: the other one is changed, and a second run completes the change.
      const isIreland = ({ headers }: AwsCall) => headers.authorization?.includes("/eu-west-1/lambda/");
      const down = { status: 503, headers: {}, body: Buffer.from("{}") };
      const proxy = await startAwsProxy(async (call) =>
        call.method === "POST" && isIreland(call) ? down : forward(aws, call),
      );
      const publish = ["publish", "--output", output, "--accounts", "210987654321"] as const;
      const half = await layers(...publish, "--endpoint-url", proxy.endpoint);
      await proxy.stop();
      assert.deepEqual(
        [half.code, results(half.out).sort()],
        [4, ["failed", "failed", "published", "published"]],
        half.err,
      );
      assert.match(half.err, /^us-east-2 {8}2\/2 {2}2 published$/m);
      assert.match(half.err, /^eu-west-1 {8}2\/2 {2}2 failed {2}\S/m);
      const written = JSON.parse(readFileSync(output, "utf8")).layers as { region: string }[];
      assert.deepEqual(
        written.map((one) => one.region),
        [region, region],
      );
      const first = await layers(...publish);
      assert.deepEqual(
        [first.code, results(first.out).sort()],
        [0, ["published", "published", "there", "there"]],
        first.err,
      );
      const again = await layers("publish", "--output", output, "--accounts", "210987654321");
      assert.deepEqual([again.code, results(again.out)], [0, Array(4).fill("there")]);
      const { Policy = "" } = await lambda.send(
        new GetLayerVersionPolicyCommand({ LayerName: "own-amd64", VersionNumber: 1 }),
      );
      assert.match(Policy, /210987654321/);
      const made = await cli("instrument", "bare", "--endpoint", endpoint, "--layers", output);
      assert.equal(made.code, 0, made.out + made.err);
      assert.match(JSON.stringify((await configuration("bare")).Layers), /layer:own-amd64:1/);

      const details = async () => {
        const run = await runCli([
          "status",
          "bare",
          "--details",
          "--cost",
          "--regions",
          region,
          "--endpoint-url",
          aws.endpoint,
        ]);
        assert.equal(run.code, 0, run.err);
        return run;
      };
      const metrics = new CloudWatchClient(clientOptions(aws, region));
      const datum = { MetricName: "IncomingBytes", Value: 4e9, Timestamp: new Date(Date.now() - 86_400_000) };
      const Dimensions = [{ Name: "LogGroupName", Value: "/aws/lambda/bare" }];
      await metrics.send(
        new PutMetricDataCommand({ Namespace: "AWS/Logs", MetricData: [{ ...datum, Dimensions }] }),
      );
      const current = await details();
      assert.match(current.out, /bare +us-east-2 +nodejs22\.x +command +own-amd64:1 +on +4\.00 +2\.00\n/);
      assert.match(current.err, /Price of a GB: us-east-2 about \$0\.5, AWS's list price/);
      assert.match(
        current.err,
        /In ClickHouse Cloud: bytes divided by 10, kept for a month, at \$25\.3 per TB/,
      );
      assert.match(
        current.out,
        /took \$2\.00 for what they took in\nClickHouse Cloud would take \$0\.01 a month/,
      );
      const logs = new CloudWatchLogsClient(clientOptions(aws, region));
      const group = { logGroupName: "/aws/lambda/bare" };
      await logs.send(new CreateLogGroupCommand(group));
      await logs.send(new CreateLogStreamCommand({ ...group, logStreamName: "a" }));
      const refused = "https://clickstack.example.com/v1/logs answered 401: store the right key";
      const messages = [
        ...["order 17", `clickstack-extension: WARN ${refused}`, `clickstack-extension: WARN ${refused}`],
        JSON.stringify({ level: "INFO", logger: "clickstack-extension", message: "fine" }),
        "EXTENSION\tName: clickstack-extension\tState: ExitError\tEvents: [INVOKE]\tError Type: Extension.Crash\n",
      ];
      const logEvents = messages.map((message, index) => ({ message, timestamp: Date.now() - 100 + index }));
      await logs.send(new PutLogEventsCommand({ ...group, logStreamName: "a", logEvents }));
      const troubled = await runCli([
        ...["status", "bare", "--problems", "--regions", region, "--endpoint-url", aws.endpoint],
      ]);
      assert.match(
        troubled.out,
        new RegExp(`bare \\(${region}\\): ${refused} \\(2 times in the last day\\)`),
      );
      assert.match(troubled.out, /Lambda reports Extension\.Crash of the extension \(ExitError\) \(1 times/);
      assert.doesNotMatch(troubled.out, /fine|order 17/);
      await build("two");
      const newer = await layers("publish", "--output", output, "--architectures", "x86_64");
      assert.deepEqual(results(newer.out), ["published", "published"]);
      assert.match((await details()).out, /version 2 of the layer is there: run instrument again/);
      const manifest = JSON.parse(readFileSync(output, "utf8")).layers as { layerVersionArn: string }[];
      assert.deepEqual(
        manifest.map(({ layerVersionArn }) => layerVersionArn.split(":").slice(-2).join(":")).sort(),
        ["own-amd64:2", "own-amd64:2", "own-arm64:1", "own-arm64:1"],
      );
      assert.equal((await layers("list")).out.trim().split("\n").length, 6);
      const asked = await layers("prune", "--keep", "1");
      assert.match(asked.err, /pass --yes or --dry-run/);
      const pruned = await layers("prune", "--keep", "1", "--yes");
      assert.deepEqual(
        pruned.out
          .trim()
          .split("\n")
          .map((line) => /^(\S*).*(eu|us)-.*:(own-\w+:\d).*?(in use)?$/.exec(line)?.slice(1).join(" ")),
        ["- eu own-amd64:1 ", " us own-amd64:1 in use"],
      );
      assert.equal((await layers("list", "--json")).out.match(/"arn"/g)?.length, 5);
    } finally {
      delete process.env.CLICKSTACK_LAYERS_DIRECTORY;
      rmSync(directory, { recursive: true, force: true });
      await cli("uninstrument", "bare");
    }
  });
});
