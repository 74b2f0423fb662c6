import type { Cleanup } from "../dev/cleanup";
import { Sandbox } from "../sandbox";
import { cloudWatchLogSink } from "../sandbox/aws/cloudWatchLogs";
import { readDeployedFunction } from "../sandbox/aws/deployedFunction";
import type { EmbeddedAws } from "../sandbox/aws/embeddedAws";
import { startGate } from "../sandbox/aws/gate";
import type { TelemetryEvent } from "../sandbox/lambda/core/telemetryEvent";
import type { FunctionDefinition } from "../sandbox/lambda/function/definition";
import { demoRegion } from "./deploy";
import type { MadeInvocation } from "./result";
import type { PlannedInvocation } from "./scenario";

/** Where a demo function runs. */
export interface DemoServices {
  aws: EmbeddedAws;
  /** Loopback ports that the function may reach besides AWS. */
  ports: readonly number[];
  cacheDirectory: string;
  cleanup: Cleanup;
}

/** The results of one function's invocations. */
export interface FunctionRun {
  invocations: MadeInvocation[];
  extensionLog: string[];
}

/** Reads a function back from the embedded AWS, as Lambda would before it starts one. */
export function readFunction(
  name: string,
  { aws, cacheDirectory }: DemoServices,
): Promise<FunctionDefinition> {
  return readDeployedFunction(aws, { region: demoRegion, name, cacheDirectory });
}

/** Starts a function in a sandbox with its layers, invokes it one invocation after another, and shuts it down. */
export async function runFunction(
  definition: FunctionDefinition,
  planned: readonly PlannedInvocation[],
  services: DemoServices,
  onInvocation: (made: MadeInvocation) => Promise<void> | void,
): Promise<FunctionRun> {
  const { aws, ports, cleanup } = services;
  const gate = cleanup.use(await startGate({ aws, roleArn: definition.role ?? "" }), (open) => open.stop());
  const started = await Sandbox.start({
    function: definition,
    hostPorts: [gate.port, ...ports],
    platformEnvironment: { AWS_ENDPOINT_URL: gate.endpoint },
    logSink: cloudWatchLogSink(aws, { region: demoRegion }),
    cacheDirectory: services.cacheDirectory,
  });
  const sandbox = cleanup.use(started, (running) => running.shutdown());
  const invocations: MadeInvocation[] = [];
  for (const plan of planned) {
    const { requestId, status, durationMs, extensionOverheadMs } = await sandbox.invoke(plan.payload);
    const made = {
      functionName: definition.name,
      planned: plan,
      requestId,
      status,
      durationMs,
      extensionOverheadMs,
    };
    invocations.push(made);
    await onInvocation(made);
  }
  await sandbox.shutdown();
  return {
    invocations,
    extensionLog: sandbox.events.filter(isExtensionLog).map(({ record }) => String(record).trim()),
  };
}

function isExtensionLog(event: TelemetryEvent): boolean {
  return event.type === "extension";
}
