import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { remedy, startMotoServer } from "./serverProcess";

/** A running embedded AWS: one endpoint for every service, every region and account. */
export interface EmbeddedAws {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL` or an SDK client's `endpoint`. */
  endpoint: string;
  port: number;
  /** Account of everything created with {@link credentials}. */
  accountId: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** Environment in which every AWS SDK and the Pulumi provider send requests only to this server. */
  environment: Record<string, string>;
  /** Stops the server; everything in it is lost. May be called twice. */
  stop(): Promise<void>;
}

/** Options of {@link startEmbeddedAws}. */
export interface EmbeddedAwsOptions {
  /** Python interpreter that has moto. Default: the one that `npm run setup` installs. */
  python?: string;
  /** Milliseconds until the server must answer. Default: 60 000. */
  timeoutMs?: number;
}

const root = resolve(__dirname, "../..");
const accountId = "123456789012";
const credentials = { accessKeyId: "embedded", secretAccessKey: "embedded" };

/**
 * Starts moto in a process of its own on a free loopback port and waits until it answers. The process ends with
 * `stop()` or with this process, whichever comes first. Any number of them can run at once, independently of each
 * other.
 * @throws when Python or moto is missing or the server does not come up, with its last lines and how to fix it.
 */
export async function startEmbeddedAws(options: EmbeddedAwsOptions = {}): Promise<EmbeddedAws> {
  const python = options.python ?? join(root, ".cache/python/bin/python");
  if (!existsSync(python))
    throw new Error(`the embedded AWS needs Python with moto, but ${python} is missing: ${remedy}`);
  const timeoutMs = options.timeoutMs ?? 60_000;
  const server = await startMotoServer(python, timeoutMs);
  try {
    const endpoint = `http://127.0.0.1:${server.port}`;
    // Answered by moto itself: the application is up, not only the socket.
    const health = await fetch(`${endpoint}/moto-api/`, { signal: AbortSignal.timeout(timeoutMs) });
    await health.arrayBuffer();
    return {
      endpoint,
      port: server.port,
      accountId,
      credentials,
      environment: environment(endpoint),
      stop: server.stop,
    };
  } catch (error) {
    await server.stop();
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
    // The user may be logged in to a real account, whose credentials must not be used.
    AWS_SESSION_TOKEN: "",
    AWS_PROFILE: "",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
