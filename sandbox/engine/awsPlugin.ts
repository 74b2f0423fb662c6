import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Removes the user's AWS settings: each provider reads its settings from its own engine's environment. */
const environment = {
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
};

/** Where the process listens. */
interface Ports {
  /** For launchers of the provider (base/context.ts). */
  provider: number;
  /** For Pulumi's calls of KMS. */
  keys: number;
}

let started: { child: ChildProcess; ports: Promise<Ports> } | undefined;

/**
 * The ports of the process that serves the embedded AWS's provider to all engines of this process. It is started when
 * first needed, and ends with this process.
 */
export function awsPluginPorts(root: string): Promise<Ports> {
  if (started === undefined || started.child.exitCode !== null || started.child.signalCode !== null)
    started = start(root);
  return started.ports;
}

function start(root: string): { child: ChildProcess; ports: Promise<Ports> } {
  const program = join(root, "sandbox/aws/plugin/main.ts");
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
  const child = spawn(process.execPath, ["--import", require.resolve("tsx"), program], {
    // Detached, so that Ctrl-C reaches only this process, whose engines may still have resources to delete.
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...Object.fromEntries(inherited), ...environment },
  });
  child.unref();
  (child.stdin as Socket).unref();
  return { child, ports: firstLine(child).then((line) => JSON.parse(line)) };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as Socket });
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(
      `the embedded AWS's provider ended before it answered (${signal ?? `exit code ${code}`})`,
    );
  });
  try {
    const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
    return line;
  } finally {
    ended.catch(() => {}); // Its end is not awaited.
    (child.stdout as Socket).unref();
  }
}
