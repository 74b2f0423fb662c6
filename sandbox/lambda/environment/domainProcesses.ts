import { extensionCrash, type Failure, runtimeExit } from "../core/failure";
import { logEvent, type TelemetryEvent } from "../core/telemetryEvent";
import { type EnvironmentPaths, LAMBDA_PATHS, mapPaths } from "../isolation/probe";
import type { EnvironmentProcess, OutputReader, Processes } from "../isolation/processes";
import { FrameDecoder, LineDecoder, type LogDecoder } from "../logs/framing";
import { extensionVariables, runtimeVariables, type VariablesInput } from "./variables";

export interface DomainProcessesOptions {
  processes: Processes;
  variables: VariablesInput;
  paths: EnvironmentPaths;
  /** Whether a file exists for the environment, by Lambda's path. */
  exists: (path: string) => boolean;
  onLog: (event: TelemetryEvent) => void;
}

/** The runtime's process and those of the external extensions, from their start to their end. */
export class DomainProcesses {
  private readonly extensions = new Map<string, EnvironmentProcess>();
  private runtime: EnvironmentProcess | undefined;
  private launchFailure: Failure | undefined;

  constructor(private readonly options: DomainProcessesOptions) {}

  /** Why the processes cannot continue: one could not be started, or has ended. */
  get failure(): Failure | undefined {
    if (this.launchFailure) return this.launchFailure;
    for (const [name, { exit }] of this.extensions) if (exit) return extensionCrash(name, exit);
    return this.runtime?.exit ? runtimeExit(this.runtime.exit) : undefined;
  }

  get runtimeEnded(): boolean {
    return this.runtime === undefined || this.runtime.exit !== undefined;
  }

  get extensionsEnded(): boolean {
    return [...this.extensions.values()].every(({ exit }) => exit !== undefined);
  }

  async startExtension(name: string): Promise<void> {
    const { variables } = this.options;
    try {
      const outputs = [this.reader("extension"), this.reader("extension")];
      const started = await this.start(
        [`/opt/extensions/${name}`],
        extensionVariables(variables),
        "/",
        outputs,
      );
      this.extensions.set(name, started);
    } catch (error) {
      const message = `Extension ${name} could not be started: ${(error as Error).message}`;
      this.launchFailure = { status: "failure", errorType: "Extension.LaunchError", message };
    }
  }

  async startRuntime(): Promise<void> {
    const { variables, exists } = this.options;
    const { commands, framedLogs } = variables.runtime;
    const command = commands.find((candidate) => exists(candidate[candidate.length - 1]));
    if (!command) {
      const message = `Couldn't find valid bootstrap(s): [${commands.map((candidate) => candidate.join(" ")).join(" ")}]`;
      this.launchFailure = { status: "failure", errorType: "Runtime.InvalidEntrypoint", message };
      return;
    }
    const wrapper = variables.function.environment.AWS_LAMBDA_EXEC_WRAPPER;
    const outputs = [this.reader("function"), this.reader("function")];
    if (framedLogs) outputs.push(this.reader("function", new FrameDecoder()));
    try {
      this.runtime = await this.start(
        wrapper ? [wrapper, ...command] : command,
        runtimeVariables(variables),
        "/var/task",
        outputs,
      );
    } catch (error) {
      const { message } = error as Error;
      this.launchFailure = { status: "failure", errorType: "Runtime.InvalidEntrypoint", message };
    }
  }

  async signalRuntime(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (this.runtime) await this.options.processes.signal(this.runtime, signal);
  }

  async killExtension(name: string): Promise<void> {
    const extension = this.extensions.get(name);
    if (extension) await this.options.processes.signal(extension, "SIGKILL");
  }

  private start(
    command: string[],
    variables: Record<string, string>,
    directory: string,
    outputs: OutputReader[],
  ): Promise<EnvironmentProcess> {
    const map = (value: string) => mapPaths(value, this.options.paths);
    const { paths } = this.options;
    // The Python runtime itself adds the layers' packages to its search path.
    const mapped = paths === LAMBDA_PATHS ? {} : { LAMBDA_OPT_ROOT: paths.opt };
    return this.options.processes.start({
      arguments: command.map(map),
      environment: Object.fromEntries(
        Object.entries({ ...variables, ...mapped }).map(([name, value]) => [name, map(value)]),
      ),
      directory: map(directory),
      outputs,
    });
  }

  private reader(category: "function" | "extension", decoder: LogDecoder = new LineDecoder()): OutputReader {
    const jsonFormat = this.options.variables.function.logFormat === "JSON";
    const report = (records: ReturnType<LogDecoder["end"]>) => {
      for (const { text, json, time = Date.now() } of records) {
        this.options.onLog(logEvent(category, text, { time, json: json || jsonFormat }));
      }
    };
    return {
      onData: (chunk) => report(decoder.push(chunk)),
      onEnd: () => report(decoder.end()),
    };
  }
}
