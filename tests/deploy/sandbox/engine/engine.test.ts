import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { GetRootResourceRequest } from "@pulumi/pulumi/proto/engine_pb";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { startEngine } from "../../../../sandbox/engine";
import { changes, region, useSurroundings } from "../../surroundings";

const run = promisify(execFile);

describe("the Pulumi engine", () => {
  const surroundings = useSurroundings();

  it("runs a Python program", async () => {
    const { stdout } = await surroundings.engine.runPython({ script: join(__dirname, "program.py") });
    const found = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.equal(found.outputs.layerArn, "arn:aws:lambda:eu-west-3:123456789012:layer:python:1");
    assert.match(
      found.outputs.functionArn,
      /^arn:aws:lambda:us-east-2:123456789012:function:function-[0-9a-f]{7}$/,
    );
    assert.deepEqual(found.secrets, ["environment"]);
    assert.deepEqual(found.first, { create: 4 });
    assert.deepEqual(found.second, { same: 4 });
  });

  it("reports why a Python program failed", async () => {
    const directory = await mkdtemp(join(tmpdir(), "engine-test-"));
    const script = join(directory, "bad.py");
    await writeFile(script, 'raise ValueError("no such thing")\n');
    await assert.rejects(
      surroundings.engine.runPython({ script }),
      /bad\.py failed:\n(.*\n)*ValueError: no such thing/,
    );
    await rm(directory, { recursive: true });
  });

  it("reports in few lines which resource failed and why", async () => {
    const code = new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("") });
    const layers = ["arn:aws:lambda:us-east-2:123456789012:layer:missing:1"];
    const program = async () => {
      const role = "arn:aws:iam::123456789012:role/somebody";
      new lambda.Function("broken", { role, runtime: "nodejs20.x", handler: "index.handler", code, layers });
    };
    const stack = await surroundings.stack({ program });
    const error: Error = await stack.up().then(
      () => assert.fail("the update passed"),
      (reason) => reason,
    );
    assert.match(error.message, /^pulumi up of stack-\d+ failed:\n/);
    assert.match(error.message, /aws:lambda:Function \(broken\)/);
    assert.match(
      error.message,
      /InvalidParameterValueException: Layer version \S+:layer:missing:1 does not exist/,
    );
    assert.ok(error.message.split("\n").length <= 8, error.message);
    await stack.destroy();
  });

  it("is reached by its program although an earlier one had the same port", async () => {
    const used: EngineClient[] = [];
    const program = async () => {
      used.push(pulumi.runtime.getEngine() as EngineClient);
    };
    const stack = await surroundings.stack({ program });
    await stack.preview();
    const [ended] = used;
    assert.ok(ended !== undefined);
    const ask = (client: EngineClient) =>
      new Promise<number | undefined>((answered) => {
        client.getRootResource(new GetRootResourceRequest(), (error) => answered(error?.code));
      });
    assert.equal(await ask(ended), grpc.status.UNAVAILABLE);
    const address = ended.getChannel().getTarget().replace(/^dns:/, "");
    const later = new grpc.Server();
    await new Promise<void>((bound, failed) => {
      later.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error) =>
        error ? failed(error) : bound(),
      );
    });
    const { grpcClientOptions } = settings as { grpcClientOptions?: object };
    const client = new EngineClient(address, grpc.credentials.createInsecure(), grpcClientOptions);
    const answer = await ask(client);
    client.close();
    later.forceShutdown();
    assert.equal(answer, grpc.status.UNIMPLEMENTED, "it answers, though it knows no method");
  });

  it("takes relative paths from the program's directory", async () => {
    const directory = await mkdtemp(join(tmpdir(), "engine-test-"));
    await writeFile(join(directory, "index.js"), "exports.handler = 1;\n");
    const program = async () => {
      const layer = new lambda.LayerVersion("layer", {
        layerName: "relative",
        code: new pulumi.asset.FileArchive("."),
      });
      return { size: layer.sourceCodeSize };
    };
    const stack = await surroundings.stack({ program, programDirectory: directory });
    const { outputs } = await stack.up();
    assert.ok(outputs.size?.value > 100 && outputs.size?.value < 400, `${outputs.size?.value} bytes`);
    await stack.destroy();
    await rm(directory, { recursive: true });
  });

  it("reads outputs and the last update from the state as the CLI prints them", async () => {
    let outputs: Record<string, unknown> = {
      n: 1.5,
      list: [1, null, { deep: "x" }],
      nothing: null,
      flag: false,
    };
    const projectName = "stored";
    const stack = await surroundings.stack({
      projectName,
      program: async () => outputs,
      config: { "aws:region": { value: region }, "stored:flag": { value: "true" } },
    });
    const asked = async () => {
      const history = await stack.history(1);
      return { outputs: await stack.workspace.stackOutputs(stack.name), summary: history[0] };
    };
    for (const [given, token] of [
      [outputs, undefined],
      [{ ...outputs, hidden: pulumi.secret("hush") }, "hush"],
      [{}, undefined],
    ] as const) {
      outputs = given;
      const up = await stack.up();
      assert.deepEqual({ outputs: up.outputs, summary: up.summary }, await asked());
      assert.equal(up.outputs.hidden?.value, token);
      assert.equal(up.summary.kind, "update");
    }
    await stack.setConfig("stored:token", { value: "hush", secret: true });
    assert.deepEqual((await stack.refresh()).summary, (await asked()).summary);
    assert.deepEqual((await stack.destroy()).summary, (await asked()).summary);
  });

  it("recognises settings that look like secrets", async () => {
    const { workspace, name } = await surroundings.stack({});
    const set = (value: string) =>
      run("pulumi", ["config", "set", "apiToken", value, "--stack", name, "--non-interactive"], {
        cwd: workspace.workDir,
        env: surroundings.engine.environment,
      });
    await assert.rejects(set("Vq7xTm2cWz9kHd4sRb8nYf3g"), /looks like a secret/);
    // As long, but made of words of the dictionaries that the engine reads for this (engineModules.mjs).
    await set("passwordfootballprincess");
  });

  it("leaves nothing behind, and engines do not see each other's stacks", async () => {
    const names: string[] = [];
    for (const _ of [1, 2]) {
      const engine = await startEngine({ aws: surroundings.aws });
      const home = engine.environment.PULUMI_HOME ?? "";
      names.push(home);
      const config = { "aws:region": { value: region } };
      const stack = await engine.createStack({
        projectName: "two",
        stackName: "same",
        program: async () => ({ a: 1 }),
        config,
      });
      assert.deepEqual(changes(await stack.up()), { create: 1 }, "the stack is new");
      await engine.stop();
      await engine.stop();
      assert.equal(existsSync(home), false, home);
    }
    assert.equal(new Set(names).size, 2);
  });
});
