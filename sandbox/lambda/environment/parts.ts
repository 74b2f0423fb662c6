import { type ApiHandler, ApiServer, type BodyListener } from "../apis/server";
import { ConditionSignal } from "../core/conditionSignal";
import type { TelemetryEvent } from "../core/telemetryEvent";
import type { FunctionDefinition } from "../function/definition";
import type { LambdaRuntime } from "../function/runtimes";
import { type EnvironmentDirectories, makeMappedPaths, mountedLayers } from "../isolation/directories";
import { type EnvironmentPaths, type Isolation, LAMBDA_PATHS } from "../isolation/probe";
import { Processes } from "../isolation/processes";
import { Supervisor } from "../isolation/supervisor";
import type { LogSink } from "../logs/sink";

export interface EnvironmentOptions {
  function: FunctionDefinition;
  runtime: LambdaRuntime;
  isolation: Isolation;
  directories: EnvironmentDirectories;
  hostPorts: number[];
  platformEnvironment: Record<string, string>;
  logSink?: LogSink;
  onEvent: (event: TelemetryEvent) => void;
  maxPendingTelemetryBytes?: number;
  shutdownMs?: number;
  freezes?: boolean;
}

/** The parts of an environment before anything is started in it. */
export interface EnvironmentParts {
  server: ApiServer;
  supervisor: Supervisor;
  processes: Processes;
  conditions: ConditionSignal;
  paths: EnvironmentPaths;
  /** host:port of the Runtime API as the environment sees it. */
  api: string;
}

/** Where Lambda has its Runtime API, on the environment's loopback. */
const RUNTIME_API_PORT = 9001;
const TEMPORARY_BYTES = 512 * 1024 * 1024;

/**
 * @param handle answers the API requests of function and extensions.
 * @param listener returns who receives the parts of what they send.
 */
export async function openParts(
  options: EnvironmentOptions,
  handle: ApiHandler,
  listener: BodyListener,
): Promise<EnvironmentParts> {
  const server = await ApiServer.start(handle, listener);
  const mapped = options.isolation.mode === "none";
  const port = mapped ? server.port : freePort(options.hostPorts);
  const { directories, runtime, isolation } = options;
  let supervisor: Supervisor;
  try {
    supervisor = await Supervisor.start(isolation.python, {
      mode: isolation.mode,
      task: directories.task,
      runtime: runtime.directory,
      layers: mountedLayers(isolation.mode, directories),
      binaries: runtime.binaries,
      ports: [[port, server.port], ...options.hostPorts.map((each): [number, number] => [each, each])],
      temporaryBytes: TEMPORARY_BYTES,
    });
  } catch (error) {
    await server.close();
    throw error;
  }
  const conditions = new ConditionSignal();
  const processes = new Processes(supervisor, conditions);
  const paths = mapped ? makeMappedPaths(directories, runtime, supervisor.directory) : LAMBDA_PATHS;
  return { server, supervisor, processes, conditions, paths, api: `127.0.0.1:${port}` };
}

/** Lambda's own port, unless a service on the host that the function has to reach uses it. */
function freePort(taken: number[]): number {
  let port = RUNTIME_API_PORT;
  while (taken.includes(port)) port += 1;
  return port;
}
