import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostArchitecture } from "../layers/compile";
import { Sandbox } from "../sandbox";
import { filled } from "./harness/filled";
import type { Sinks } from "./harness/sinks";
import { marker } from "./harness/telemetryEvents";

/** An extension, or none, as a function has it. */
export interface Contender {
  name: string;
  /** Directories that become /opt. */
  layers: string[];
  /** `${SINK_HTTP}` … in values are filled in (harness/sinks.ts). */
  environment: Record<string, string>;
}

/** The results of one execution environment. */
export interface Billed {
  /** For each invocation: from its start until the runtime and all extensions are done, without initialization. */
  ms: number[];
  /** Lines of the function that reached the backend. */
  arrived: number;
}

const handler = `exports.handler = async () => {
  console.log("${marker}");
  await new Promise((resolve) => setTimeout(resolve, 20));
  return {};
};`;

/** Invokes the function a number of times in one environment, and shuts it down. */
export async function billed(
  { layers, environment }: Contender,
  sinks: Sinks,
  invocations: number,
): Promise<Billed> {
  const directory = mkdtempSync(join(tmpdir(), "bench-billed-function-"));
  writeFileSync(join(directory, "index.js"), handler);
  sinks.reset();
  const sandbox = await Sandbox.start({
    function: {
      name: "bench",
      arn: "arn:aws:lambda:eu-central-1:123456789012:function:bench",
      accountId: "123456789012",
      region: "eu-central-1",
      version: "$LATEST",
      runtime: "nodejs20.x",
      handler: "index.handler",
      memorySizeMb: 1769,
      timeoutSeconds: 10,
      architecture: hostArchitecture(),
      code: directory,
      layers,
      environment: filled(environment, sinks.variables),
    },
    hostPorts: sinks.plainPorts,
    cacheDirectory: join(directory, "cache"),
    onNotice: () => {},
  });
  const ms: number[] = [];
  try {
    for (let number = 0; number < invocations; number += 1) {
      const { status, durationMs, extensionOverheadMs } = await sandbox.invoke({ number });
      if (status !== "success") throw new Error(`invocation ${number} ended as ${status}`);
      ms.push(durationMs + extensionOverheadMs);
    }
  } finally {
    await sandbox.shutdown();
    rmSync(directory, { recursive: true, force: true });
  }
  return { ms, arrived: sinks.lines };
}
