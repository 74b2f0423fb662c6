import { cloudWatchLogSink } from "./aws/cloudWatchLogs";
import { readDeployedFunction } from "./aws/deployedFunction";
import type { EmbeddedAws } from "./aws/embeddedAws";
import { startGate } from "./aws/gate";
import { type InvokeCall, invokeAnswer, readInvoke } from "./aws/invokeApi";
import { simulatePolicy } from "./aws/policySimulation";
import { type AwsAnswer, type AwsProxy, forward, startAwsProxy } from "./aws/proxy";
import type { TelemetryEvent } from "./lambda/core/telemetryEvent";
import { Sandbox } from "./lambda/sandbox";

/** What {@link startRunningAws} needs. */
export interface RunningAwsOptions {
  aws: EmbeddedAws;
  region: string;
  /** Loopback ports that functions can reach besides AWS. */
  ports: readonly number[];
  /** Directory for code and layers. */
  cacheDirectory: string;
  /** Called with every telemetry event of every function. */
  onEvent?: (event: TelemetryEvent) => void;
}

/** A running AWS: an endpoint like that of the embedded AWS, where functions can be invoked. */
export interface RunningAws {
  endpoint: string;
  /** Ends all execution environments, as Lambda does after a while: the next invocations start new ones. */
  recycle(): Promise<void>;
  /** Ends the functions and the endpoint, not the embedded AWS. */
  stop(): Promise<void>;
}

/** A function that runs, and the state of its configuration that it runs with. */
interface Running {
  fingerprint: string;
  sandbox: Sandbox;
  gate: AwsProxy;
}

/**
 * The embedded AWS with functions that can be invoked: each runs in a sandbox with its current code, layers and
 * variables, and is restarted after those have changed. Policies are simulated as IAM does.
 */
export async function startRunningAws(options: RunningAwsOptions): Promise<RunningAws> {
  const functions = new FunctionRuns(options);
  const proxy = await startAwsProxy(async (call) => {
    const read = readInvoke(call);
    if (read !== undefined) return functions.invoke(read);
    return (await simulatePolicy(options.aws, call)) ?? forward(options.aws, call);
  });
  return {
    endpoint: proxy.endpoint,
    recycle: () => functions.stop(),
    async stop() {
      await functions.stop();
      await proxy.stop();
    },
  };
}

class FunctionRuns {
  private readonly running = new Map<string, Promise<Running>>();

  constructor(private readonly options: RunningAwsOptions) {}

  async invoke({ functionName, payload }: InvokeCall): Promise<AwsAnswer> {
    const { sandbox } = await this.current(functionName);
    return invokeAnswer(await sandbox.invoke(payload));
  }

  async stop(): Promise<void> {
    const ended = [...this.running.values()];
    this.running.clear();
    await Promise.all(ended.map(async (one) => end(await one)));
  }

  /** The function as it is configured now. */
  private async current(name: string): Promise<Running> {
    const { aws, region, cacheDirectory } = this.options;
    const definition = await readDeployedFunction(aws, { region, name, cacheDirectory });
    const { environment, layers, code } = definition;
    const fingerprint = JSON.stringify([environment, layers, code]);
    const before = await this.running.get(name);
    if (before?.fingerprint === fingerprint) return before;
    const started = this.start(definition, fingerprint);
    this.running.set(name, started);
    if (before !== undefined) await end(before);
    return started;
  }

  private async start(
    definition: Awaited<ReturnType<typeof readDeployedFunction>>,
    fingerprint: string,
  ): Promise<Running> {
    const { aws, region, ports, cacheDirectory, onEvent } = this.options;
    const gate = await startGate({ aws, roleArn: definition.role ?? "" });
    const sandbox = await Sandbox.start({
      function: definition,
      hostPorts: [gate.port, ...ports],
      platformEnvironment: { AWS_ENDPOINT_URL: gate.endpoint },
      logSink: cloudWatchLogSink(aws, { region }),
      cacheDirectory,
      onNotice: () => {},
      ...(onEvent && { onEvent }),
    });
    return { fingerprint, sandbox, gate };
  }
}

async function end({ sandbox, gate }: Running): Promise<void> {
  await sandbox.shutdown();
  await gate.stop();
}
