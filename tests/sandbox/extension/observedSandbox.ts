import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { hostArchitecture } from "../../../layers/compile";
import { readBuildManifest } from "../../../layers/manifest";
import { type FunctionDefinition, Sandbox } from "../../../sandbox";
import { clientOptions, type EmbeddedAws, startEmbeddedAws } from "../../../sandbox/aws/embeddedAws";
import type { AttributeType, EmbeddedClickHouse } from "../../../sandbox/clickhouse";
import { clickHouseDirectory, startInReusedProcess } from "../reusedClickHouse";

export const ingestionKey = "key-made-for-this-test";
const region = "eu-central-1";
/** On a loaded machine a request may need more than Lambda's two seconds, which tests of the extension itself check. */
const shutdownMs = 10_000;
const functions = join(__dirname, "..", "..", "..", "examples", "typescript", "functions");

/** The functions of the example, which write the requested lines. */
export const runtimes = {
  "Node.js 20": { runtime: "nodejs20.x", handler: "index.handler", code: join(functions, "node") },
  "Node.js 22": { runtime: "nodejs22.x", handler: "index.handler", code: join(functions, "node") },
  Python: { runtime: "python3.11", handler: "main.handler", code: join(functions, "python") },
} as const;

/** AWS, ClickHouse and functions with the real extension as their layer, for one test. */
export class ObservedSandbox {
  private readonly sandboxes: Sandbox[] = [];

  private constructor(
    readonly aws: EmbeddedAws,
    public clickhouse: EmbeddedClickHouse,
    readonly directory: string,
    readonly secretArn: string,
  ) {}

  static async open(
    options: { tls?: boolean; ingestionKey?: string; attributes?: AttributeType } = {},
  ): Promise<ObservedSandbox> {
    const directory = mkdtempSync(join(tmpdir(), "extension-test-"));
    const [aws, clickhouse] = await Promise.all([
      startEmbeddedAws(),
      startInReusedProcess({ ingestionKey, directory: clickHouseDirectory(), ...options }),
    ]);
    const client = new SecretsManagerClient(clientOptions(aws, region));
    const { ARN = "" } = await client.send(
      new CreateSecretCommand({ Name: "ingestion-key", SecretString: ingestionKey }),
    );
    client.destroy();
    return new ObservedSandbox(aws, clickhouse, directory, ARN);
  }

  /** Starts a function with the extension; its key is in Secrets Manager. */
  start(name: string, changes: Partial<FunctionDefinition>): Promise<Sandbox> {
    const environment = { ...this.exporterSettings(), ...changes.environment };
    return this.startWithSettings(name, { ...changes, environment });
  }

  /** Starts a function with the extension and only the settings in its environment. */
  async startWithSettings(
    name: string,
    changes: Partial<FunctionDefinition>,
    hostPorts: number[] = [],
  ): Promise<Sandbox> {
    const layer = readBuildManifest().layers[hostArchitecture()];
    if (!layer)
      throw new Error("the layers were not built for this machine's architecture: npm run layers:build");
    const { environment = {}, layers = [], ...rest } = changes;
    const sandbox = await Sandbox.start({
      function: {
        name,
        arn: `arn:aws:lambda:${region}:123456789012:function:${name}`,
        accountId: "123456789012",
        region,
        version: "$LATEST",
        ...runtimes["Node.js 20"],
        memorySizeMb: 256,
        timeoutSeconds: 10,
        architecture: hostArchitecture(),
        ...rest,
        // An image contains the layer's files in its own /opt.
        ...(rest.packageType === "Image"
          ? { imageOpt: layer.path, layers: [] }
          : { layers: [layer.path, ...layers] }),
        environment,
      },
      hostPorts: [this.aws.port, ...this.clickhouse.ports, ...hostPorts],
      platformEnvironment: { AWS_ENDPOINT_URL: this.aws.endpoint },
      cacheDirectory: join(this.directory, "cache"),
      shutdownMs,
      onNotice: () => {},
    });
    this.sandboxes.push(sandbox);
    return sandbox;
  }

  /** Changes the secret, which initially contains the ingestion key. */
  async storeSecret(value: string): Promise<void> {
    const client = new SecretsManagerClient(clientOptions(this.aws, region));
    await client.send(new PutSecretValueCommand({ SecretId: this.secretArn, SecretString: value }));
    client.destroy();
  }

  /** Kills ClickHouse after it has answered all requests: stored requests without an answer are rightly sent again. */
  async killClickHouse(): Promise<void> {
    let requests = 0;
    for (let before = -1; requests !== before; ) {
      before = requests;
      // Requests of a frozen environment may not have arrived yet.
      await new Promise((resolve) => setTimeout(resolve, 200));
      // Statements run one after another, so all earlier ones have been answered.
      await this.clickhouse.query("SELECT 1");
      const stats = Object.values(await this.clickhouse.stats());
      requests = stats.reduce((sum, { requests }) => sum + requests, 0);
    }
    await this.clickhouse.kill();
  }

  /** Restarts ClickHouse after a kill, with its data and on its ports. */
  async restartClickHouse(key = ingestionKey): Promise<void> {
    const { directory, ports } = this.clickhouse;
    this.clickhouse = await startInReusedProcess({ ingestionKey: key, directory, ports });
  }

  private exporterSettings(): Record<string, string> {
    return {
      ROTEL_OTLP_EXPORTER_ENDPOINT: this.clickhouse.otlpUrl,
      ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
      ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=\${${this.secretArn}}`,
      ROTEL_OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.sandboxes.map((sandbox) => sandbox.shutdown()));
    await Promise.allSettled([this.aws.stop(), this.clickhouse.stop()]);
    for (const directory of [this.directory, this.clickhouse.directory])
      rmSync(directory, { recursive: true, force: true });
  }
}

/** The extension's own log lines. */
export function extensionLines(sandbox: Sandbox): string[] {
  return sandbox.events.filter(({ type }) => type === "extension").map(({ record }) => String(record));
}
