import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

/** A running embedded AWS: one endpoint for every service, every region and account. */
export interface EmbeddedAws {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL` or an SDK client's `endpoint`. */
  endpoint: string;
  port: number;
  /** Account of everything made with {@link credentials}. */
  accountId: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** Environment in which any AWS SDK and the Pulumi provider speak to this server and to nothing else. */
  environment: Record<string, string>;
  /** Ends the server; everything in it is gone. May be called twice. */
  stop(): Promise<void>;
}

/** What {@link startEmbeddedAws} may be told. */
export interface EmbeddedAwsOptions {
  /** Python interpreter that has moto. Default: the one `npm run setup` makes. */
  python?: string;
  /** Milliseconds until the server must answer. Default: 60 000. */
  timeoutMs?: number;
}

const root = resolve(__dirname, "../..");
const accountId = "123456789012";
const credentials = { accessKeyId: "embedded", secretAccessKey: "embedded" };
const remedy = "run `npm run setup` in the checkout";

/**
 * Starts moto in a process of its own on a free loopback port and waits until it answers. The process ends with
 * `stop()` or with this process, whichever comes first.
 * @throws when Python or moto is missing or the server does not come up, with its last lines and how to fix it.
 */
export async function startEmbeddedAws(options: EmbeddedAwsOptions = {}): Promise<EmbeddedAws> {
  const python = options.python ?? join(root, ".cache/python/bin/python");
  if (!existsSync(python))
    throw new Error(`the embedded AWS needs Python with moto, but ${python} is missing: ${remedy}`);
  // Detached, so that Ctrl-C reaches this process alone, which may still have resources to take down there.
  const server = spawn(python, [join(__dirname, "server.py")], { detached: true });
  try {
    const port = await listeningPort(server, options.timeoutMs ?? 60_000);
    const endpoint = `http://127.0.0.1:${port}`;
    // Answered by moto itself: the application is up, not only the socket.
    const health = await fetch(`${endpoint}/moto-api/`, {
      signal: AbortSignal.timeout(options.timeoutMs ?? 60_000),
    });
    await health.arrayBuffer();
    return {
      endpoint,
      port,
      accountId,
      credentials,
      environment: environment(endpoint),
      stop: () => stop(server),
    };
  } catch (error) {
    await stop(server);
    throw error;
  }
}

/** Options of an AWS SDK client that speaks to the embedded AWS. */
export function clientOptions(aws: EmbeddedAws, region: string) {
  return { endpoint: aws.endpoint, region, credentials: aws.credentials };
}

function environment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    // Whoever runs this may be logged in to a real account: nothing of that may be picked up.
    AWS_SESSION_TOKEN: "",
    AWS_PROFILE: "",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

async function listeningPort(server: ChildProcessWithoutNullStreams, timeoutMs: number): Promise<number> {
  const lastLines: string[] = [];
  createInterface({ input: server.stderr }).on("line", (line) => {
    lastLines.push(line);
    if (lastLines.length > 20) lastLines.shift();
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<number>((found, failed) => {
      const fail = (what: string) => {
        const missing = lastLines.some((line) => line.includes("ModuleNotFoundError")) ? `; ${remedy}` : "";
        failed(new Error([`the embedded AWS ${what}${missing}`, ...lastLines].join("\n  ")));
      };
      createInterface({ input: server.stdout }).on("line", (line) => {
        const port = /^listening (\d+)$/.exec(line)?.[1];
        if (port) found(Number(port));
      });
      server.once("error", (error) => fail(`could not be started: ${error.message}`));
      server.once("close", (code, signal) =>
        fail(`ended before it answered (${signal ?? `exit code ${code}`})`),
      );
      timer = setTimeout(() => fail(`did not answer within ${timeoutMs / 1000} s`), timeoutMs);
    });
  } finally {
    clearTimeout(timer);
  }
}

async function stop(server: ChildProcessWithoutNullStreams): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  const kill = setTimeout(() => server.kill("SIGKILL"), 3000);
  server.stdin.on("error", () => {}); // It may be gone already; then there is nothing to close.
  server.stdin.end();
  await ended;
  clearTimeout(kill);
}
