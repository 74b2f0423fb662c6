import assert from "node:assert/strict";
import { CreateRoleCommand, IAMClient, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  LambdaClient,
  PublishLayerVersionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { zip } from "../../../layers/zip";
import { clientOptions, type EmbeddedAws, startEmbeddedAws } from "../../../sandbox/aws/embeddedAws";
import { isAllowed } from "../../../sandbox/aws/policy";
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

  it("instruments a function, leaves it when run again, and takes everything back after others changed it", async () => {
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
});
