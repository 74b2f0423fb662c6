import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  AddLayerVersionPermissionCommand,
  CreateFunctionCommand,
  type CreateFunctionRequest,
  GetLayerVersionByArnCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  PublishLayerVersionCommand,
} from "@aws-sdk/client-lambda";
import { zip } from "../../../../layers/zip";
import { readDeployedFunction } from "../../../../sandbox/aws/deployedFunction";
import { clientOptions, type EmbeddedAws, startEmbeddedAws } from "../../../../sandbox/aws/embeddedAws";
import { region, trustPolicy } from "../../surroundings";

const roleArn = "arn:aws:iam::123456789012:role/somebody";

describe("the embedded AWS", () => {
  let aws: EmbeddedAws;
  let lambda: LambdaClient;
  let cacheDirectory: string;

  before(async () => {
    aws = await startEmbeddedAws();
    lambda = new LambdaClient({ ...clientOptions(aws, region), maxAttempts: 1 });
    const iam = new IAMClient(clientOptions(aws, region));
    await iam.send(new CreateRoleCommand({ RoleName: "somebody", AssumeRolePolicyDocument: trustPolicy }));
    cacheDirectory = await mkdtemp(join(tmpdir(), "embedded-aws-test-"));
  });
  after(async () => {
    await aws?.stop();
    await rm(cacheDirectory, { recursive: true, force: true });
  });

  const publish = async (LayerName: string, content: string, client = lambda) => {
    const published = await client.send(
      new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: await zipOf(content) } }),
    );
    return published.LayerVersionArn ?? "";
  };
  const create = async (FunctionName: string, more: Partial<CreateFunctionRequest> = {}) =>
    lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Role: roleArn,
        Runtime: "nodejs20.x",
        Handler: "index.handler",
        Code: { ZipFile: await zipOf(`code of ${FunctionName}`) },
        ...more,
      }),
    );

  it("returns a function with its code and layers, as Lambda reads it", async () => {
    const layers = [await publish("first", "one"), await publish("second", "two")];
    await create("read-me", {
      Layers: layers,
      Environment: { Variables: { NAME: "b" } },
      LoggingConfig: { LogFormat: "JSON", SystemLogLevel: "WARN" },
    });
    const definition = await readDeployedFunction(aws, { region, name: "read-me", cacheDirectory });
    const { code, layers: layerPaths, ...rest } = definition;
    assert.deepEqual(rest, {
      name: "read-me",
      arn: `arn:aws:lambda:${region}:123456789012:function:read-me`,
      accountId: "123456789012",
      region,
      version: "$LATEST",
      runtime: "nodejs20.x",
      handler: "index.handler",
      memorySizeMb: 128,
      timeoutSeconds: 3,
      architecture: "x86_64",
      environment: { NAME: "b" },
      role: roleArn,
      logFormat: "JSON",
      applicationLogLevel: undefined,
      systemLogLevel: "WARN",
      durable: false,
      tenantIsolation: false,
    });
    assert.deepEqual(await readFile(code), await zipOf("code of read-me"));
    assert.deepEqual(await Promise.all(layerPaths.map((path) => readFile(path))), [
      await zipOf("one"),
      await zipOf("two"),
    ]);
  });

  it("accepts layers of other accounts unchecked, and gives them when the other account published them", async () => {
    const other = new LambdaClient({ ...clientOptions(aws, region), maxAttempts: 1 });
    other.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers["x-moto-account-id"] = "418653438961";
        return next(args);
      },
      { step: "build" },
    );
    const arn = await publish("foreign", "of another account", other);
    assert.equal(arn, `arn:aws:lambda:${region}:418653438961:layer:foreign:1`);
    const found = await lambda.send(new GetLayerVersionByArnCommand({ Arn: arn }));
    assert.equal(found.LayerVersionArn, arn);
    await assert.rejects(create("with-foreign", { Layers: [arn] }), { name: "AccessDeniedException" });
    await other.send(
      new AddLayerVersionPermissionCommand({
        LayerName: "foreign",
        VersionNumber: 1,
        StatementId: "us",
        Action: "lambda:GetLayerVersion",
        Principal: "123456789012",
      }),
    );
    await create("with-foreign", { Layers: [arn] });
    const definition = await readDeployedFunction(aws, { region, name: "with-foreign", cacheDirectory });
    assert.deepEqual(await readFile(definition.layers[0] ?? ""), await zipOf("of another account"));

    const nowhere = `arn:aws:lambda:${region}:418653438961:layer:nowhere:7`;
    const made = await create("with-nowhere", { Layers: [nowhere] });
    assert.equal(made.Layers?.[0]?.Arn, nowhere);
    await assert.rejects(
      readDeployedFunction(aws, { region, name: "with-nowhere", cacheDirectory }),
      /can't read layer \S+:layer:nowhere:7 of \S+:with-nowhere: ResourceNotFoundException/,
    );
  });

  it("lists functions by pages of fifty", async () => {
    const client = new LambdaClient(clientOptions(aws, "eu-central-1"));
    for (let i = 0; i < 53; i++) {
      await client.send(
        new CreateFunctionCommand({
          FunctionName: `f${i}`,
          Role: roleArn,
          Runtime: "nodejs20.x",
          Handler: "a.b",
          Code: { ZipFile: await zipOf("x") },
        }),
      );
    }
    const first = await client.send(new ListFunctionsCommand({}));
    const second = await client.send(new ListFunctionsCommand({ Marker: first.NextMarker }));
    assert.deepEqual(
      [first.Functions?.length, second.Functions?.length, second.NextMarker],
      [50, 3, undefined],
    );
    const names = [...(first.Functions ?? []), ...(second.Functions ?? [])].map(
      (found) => found.FunctionName,
    );
    assert.equal(new Set(names).size, 53);
  });

  it("reports that it runs no code, instead of inventing an answer", async () => {
    await create("never-run");
    await assert.rejects(lambda.send(new InvokeCommand({ FunctionName: "never-run" })), /runs no code/);
  });

  it("ends with the process that started it", async () => {
    const script = `require("./sandbox/aws/embeddedAws").startEmbeddedAws().then((aws) => {
      console.log(aws.endpoint);
      process.kill(process.pid, "SIGKILL");
    });`;
    const parent = spawn(process.execPath, ["--import", "tsx", "-e", script], {
      cwd: join(__dirname, "..", "../../.."),
    });
    let endpoint = "";
    parent.stdout.on("data", (data) => {
      endpoint += data;
    });
    await once(parent, "close");
    assert.match(endpoint, /^http/);
    for (const deadline = Date.now() + 20_000; await answers(endpoint.trim()); ) {
      assert.ok(Date.now() < deadline, "the server outlived its parent");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  it("reports what is missing, and how to fix it", async () => {
    await assert.rejects(
      startEmbeddedAws({ python: "/nowhere/python" }),
      /\/nowhere\/python is missing: run `npm run setup`/,
    );
    const python = join(cacheDirectory, "python");
    await writeFile(python, "#!/bin/sh\necho \"ModuleNotFoundError: No module named 'moto'\" >&2\nexit 1\n");
    await chmod(python, 0o755);
    await assert.rejects(
      startEmbeddedAws({ python }),
      /ended before it answered \(exit code 1\); run `npm run setup` in the checkout\n {2}ModuleNotFoundError: No module named 'moto'/,
    );
  });
});

async function zipOf(content: string): Promise<Buffer> {
  return zip([{ name: "index.js", content: Buffer.from(content), mode: 0o644 }]);
}

async function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    () => true,
    () => false,
  );
}
