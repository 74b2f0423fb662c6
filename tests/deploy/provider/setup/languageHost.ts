// A minimal language host for Node.js, with which the engine runs a project's program in a separate process, as Pulumi's
// `pulumi-language-nodejs` does. That one is only part of Pulumi's CLI; an engine built from source lacks it.
import { spawn } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { lateResolver } from "./programStart";

const languageService = require("@pulumi/pulumi/proto/language_grpc_pb").LanguageRuntimeService;
const { GetRequiredPluginsResponse, RunResponse } = require("@pulumi/pulumi/proto/language_pb");
const plugins = require("@pulumi/pulumi/proto/plugin_pb");

type Unary<Request, Response> = grpc.handleUnaryCall<Request, Response>;
interface RunRequest {
  getInfo(): { getProgramDirectory(): string; getEntryPoint(): string };
  getProject(): string;
  getStack(): string;
  getOrganization(): string;
  getMonitorAddress(): string;
  getDryrun(): boolean;
  getParallel(): number;
  getConfigMap(): { entries(): Iterable<[string, string]> };
  getConfigsecretkeysList(): string[];
}

const engine = process.argv.find((argument) => /^[\w.]+:\d+$/.test(argument)) ?? "";

const run: Unary<RunRequest, unknown> = ({ request }, done) => {
  const directory = request.getInfo().getProgramDirectory();
  const child = spawn(
    process.execPath,
    [
      ...["--require", require.resolve("tsx/cjs"), require.resolve("@pulumi/pulumi/cmd/run")],
      ...["--monitor", request.getMonitorAddress(), "--engine", engine],
      ...["--project", request.getProject(), "--stack", request.getStack()],
      ...["--organization", request.getOrganization(), "--parallel", String(request.getParallel())],
      ...[
        "--pwd",
        directory,
        ...(request.getDryrun() ? ["--dry-run"] : []),
        request.getInfo().getEntryPoint(),
      ],
    ],
    {
      cwd: directory,
      stdio: ["ignore", 2, 2],
      env: {
        ...process.env,
        ...lateResolver,
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      },
    },
  );
  child.on("close", (code) => {
    const response = new RunResponse();
    if (code === 32) response.setBail(true);
    else if (code !== 0) response.setError(`the program ended with code ${code}`);
    done(null, response);
  });
};

const server = new grpc.Server();
server.addService(languageService, {
  getRequiredPlugins: ((_, done) => done(null, new GetRequiredPluginsResponse())) as Unary<unknown, unknown>,
  getPluginInfo: ((_, done) => {
    const info: PluginInfo = new plugins.PluginInfo();
    info.setVersion("1.0.0");
    done(null, info);
  }) as Unary<unknown, unknown>,
  run,
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
