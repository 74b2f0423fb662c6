import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import type { PulumiFn } from "@pulumi/pulumi/automation";

import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { GetRequiredPluginsResponse, type RunRequest, RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { lateResolver } from "../provider/setup/programStart";

/** Runs a program for `pulumi --client=ADDRESS` instead of the host of the program's language. */
export interface LanguageHost {
  address: string;
  stop(): Promise<void>;
}

/** Runs a program in this process, as the Automation API does. */
export function inlineHost(program: PulumiFn): Promise<LanguageHost> {
  // Declared only for Pulumi itself.
  const { LanguageServer } = require("@pulumi/pulumi/automation/server") as {
    LanguageServer: new (program: PulumiFn) => grpc.UntypedServiceImplementation;
  };
  const server = new LanguageServer(program);
  return serve(server);
}

/**
 * Runs the TypeScript program of a folder in a separate process, exactly as Pulumi's host for Node.js does: this project's
 * engine may lack that host.
 */
export function projectHost(directory: string, environment: Record<string, string>): Promise<LanguageHost> {
  return serve({
    getPluginInfo: (_: unknown, answer: grpc.sendUnaryData<PluginInfo>) => {
      const info = new PluginInfo();
      info.setVersion("1.0.0");
      answer(null, info);
    },
    getRequiredPlugins: (_: unknown, answer: grpc.sendUnaryData<GetRequiredPluginsResponse>) =>
      answer(null, new GetRequiredPluginsResponse()),
    run: async (
      { request }: grpc.ServerUnaryCall<RunRequest, RunResponse>,
      answer: grpc.sendUnaryData<RunResponse>,
    ) => {
      const response = new RunResponse();
      const code = await runProject(request, directory, environment);
      // Pulumi's exit code for an error that has already been reported.
      if (code === 32) response.setBail(true);
      else if (code !== 0) response.setError(`the program ended with ${code}`);
      answer(null, response);
    },
  } as unknown as grpc.UntypedServiceImplementation);
}

async function runProject(
  request: RunRequest,
  directory: string,
  environment: Record<string, string>,
): Promise<number | null> {
  const [engine = ""] = request.getArgsList();
  const config = Object.fromEntries(request.getConfigMap()?.entries() ?? []);
  const flags = [
    `--monitor=${request.getMonitorAddress()}`,
    `--engine=${engine}`,
    `--project=${request.getProject()}`,
    `--stack=${request.getStack()}`,
    `--organization=${request.getOrganization()}`,
    `--parallel=${request.getParallel()}`,
    ...(request.getDryrun() ? ["--dry-run"] : []),
    `--pwd=${directory}`,
  ];
  const child = spawn(process.execPath, [require.resolve("@pulumi/pulumi/cmd/run"), ...flags, "index.ts"], {
    cwd: directory,
    env: {
      ...process.env,
      ...lateResolver,
      ...environment,
      PULUMI_NODEJS_TYPESCRIPT: "true",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
    stdio: "ignore",
  });
  const [code] = await once(child, "exit");
  return code;
}

/** A Python script that prints the address of its own host, see `secretPrograms.py`. */
export async function pythonHost(
  python: string,
  script: string,
  environment: Record<string, string>,
): Promise<LanguageHost> {
  const child: ChildProcess = spawn(python, [script], {
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const [address] = await once(lines, "line");
  return {
    address,
    stop: async () => {
      const ended = once(child, "exit");
      child.stdin?.end();
      await ended;
    },
  };
}

async function serve(implementation: grpc.UntypedServiceImplementation): Promise<LanguageHost> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  server.addService(LanguageRuntimeService as unknown as grpc.ServiceDefinition, implementation);
  const port = await new Promise<number>((bound, failed) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? failed(error) : bound(port),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => server.forceShutdown(),
  };
}
