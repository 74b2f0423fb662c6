import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ConstructRequest, type ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

describe("components of a provider beside one that fails", () => {
  let provider: ChildProcess;
  let client: ResourceProviderClient;
  /** An engine that only accepts log lines and reports everything else as not implemented. */
  const engine = new grpc.Server();
  const logged: string[] = [];
  let onLog = () => {};
  let engineAddress = "";

  before(async () => {
    engine.addService(EngineService as unknown as grpc.ServiceDefinition, {
      log: ({ request }: { request: LogRequest }, answer: grpc.sendUnaryData<Empty>) => {
        logged.push(request.getMessage().split("\n")[0] ?? "");
        answer(null, new Empty());
        onLog();
      },
    });
    const credentials = grpc.ServerCredentials.createInsecure();
    const enginePort = await new Promise<number>((bound, failed) =>
      engine.bindAsync("127.0.0.1:0", credentials, (error, port) => (error ? failed(error) : bound(port))),
    );
    engineAddress = `127.0.0.1:${enginePort}`;
    const script = join(__dirname, "failingProvider.ts");
    provider = spawn(process.execPath, ["--import", require.resolve("tsx"), script, engineAddress], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: provider.stdout ?? process.stdin });
    const [port] = await once(lines, "line");
    client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });
  after(async () => {
    client.close();
    const ended = once(provider, "exit");
    provider.kill();
    await ended;
    engine.forceShutdown();
  });

  /** The component's URN, or the error in the response to the engine's request. */
  function construct(name: string): Promise<string> {
    const request = new ConstructRequest().setType("test:index:Component").setName(name);
    request.setProject("project").setStack("stack").setMonitorendpoint(engineAddress).setDryrun(true);
    request.setInputs(new Struct());
    return new Promise((done) => {
      client.construct(request, (error: grpc.ServiceError | null, response: ConstructResponse) =>
        done(error ? error.details : response.getUrn()),
      );
    });
  }

  it("are made, while that one is answered with its error, once", async () => {
    const [failing, healthy] = await Promise.all([construct("failing"), construct("healthy")]);
    assert.equal(failing, "failing: the log group could not be read");
    assert.equal(healthy, "urn:pulumi:stack::project::test:index:Component::healthy");
    assert.deepEqual(logged, ["Error: failing: the log group could not be read"]);
  });

  it("fail the update when they go wrong after they were answered", async () => {
    logged.length = 0;
    const reported = new Promise<void>((come) => {
      onLog = come;
    });
    assert.match(await construct("answered"), /::answered$/);
    await reported;
    assert.deepEqual(logged, ["Error: answered: too late"]);
  });
});
