import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { hostArchitecture } from "../../../layers/compile";
import { zip } from "../../../layers/zip";
import { clientOptions, type EmbeddedAws, startEmbeddedAws } from "../../../sandbox/aws/embeddedAws";
import type { EmbeddedClickHouse } from "../../../sandbox/clickhouse";
import { playedCredentials } from "../../component/cli/cliRun";
import { startInReusedProcess } from "../reusedClickHouse";

const region = "eu-central-1";
const key = "key-made-for-this-test";
const name = "history";
const logGroupName = `/aws/lambda/${name}`;
const program = join(__dirname, "../../../cli/main.ts");

/** Log streams with their numbers of invocations. Lines are long, so that the first one takes more than one delivery. */
const streams = { first: 110, second: 3, third: 3 };
const lineLength = 40_000;

describe("backfill, killed and run again", () => {
  let aws: EmbeddedAws;
  let clickhouse: EmbeddedClickHouse;
  let secret: string;
  let restore: () => void;
  const directory = mkdtempSync(join(tmpdir(), "backfill-test-"));
  const written: string[] = [];

  before(async () => {
    restore = playedCredentials();
    [aws, clickhouse] = await Promise.all([startEmbeddedAws(), startInReusedProcess({ ingestionKey: key })]);
    await createFunction();
    await writeHistory();
  });
  after(async () => {
    restore?.();
    await Promise.allSettled([aws?.stop(), clickhouse?.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });

  async function createFunction(): Promise<void> {
    const options = clientOptions(aws, region);
    const [iam, lambda, secrets] = [
      new IAMClient(options),
      new LambdaClient(options),
      new SecretsManagerClient(options),
    ];
    const Action = "sts:AssumeRole";
    const Statement = [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
    const content = Buffer.from("exports.handler = async () => {};");
    await lambda.send(
      new CreateFunctionCommand({
        ...{ FunctionName: name, Role: Role?.Arn, Runtime: "nodejs22.x", Handler: "index.handler" },
        Architectures: [hostArchitecture()],
        Code: { ZipFile: await zip([{ name: "index.js", content, mode: 0o644 }]) },
      }),
    );
    const made = await secrets.send(new CreateSecretCommand({ Name: "ingestion", SecretString: key }));
    secret = made.ARN ?? "";
    for (const client of [iam, lambda, secrets]) client.destroy();
  }

  async function writeHistory(): Promise<void> {
    const client = new CloudWatchLogsClient(clientOptions(aws, region));
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    let time = Date.now() - 600_000;
    let number = 0;
    for (const [stream, invocations] of Object.entries(streams)) {
      const logStreamName = `2026/11/30/[$LATEST]${stream}`;
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
      for (let index = 0; index < invocations; index++) {
        const id = `00000000-0000-4000-8000-${String(++number).padStart(12, "0")}`;
        const at = new Date(time).toISOString();
        const body = `order ${number} ${"x".repeat(stream === "first" ? lineLength : 10)}`;
        const messages = [
          `START RequestId: ${id} Version: $LATEST`,
          `${at}\t${id}\tINFO\t${body}`,
          `END RequestId: ${id}`,
          `REPORT RequestId: ${id}\tDuration: 2.00 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB\t`,
        ];
        written.push(body);
        const logEvents = messages.map((message) => ({ timestamp: time++, message }));
        await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
      }
    }
    client.destroy();
  }

  const start = (state: string) =>
    spawn(
      process.execPath,
      [
        ...[
          "--import",
          "tsx",
          program,
          "backfill",
          name,
          "--since",
          "1h",
          "--state",
          state,
          "--concurrency",
          "1",
        ],
        ...["--endpoint", clickhouse.otlpUrl, "--secret", secret, "--regions", region],
        ...["--endpoint-url", aws.endpoint, "--requests-per-second", "200"],
      ],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, CLICKHOUSE_URL: clickhouse.httpUrl, CLICKHOUSE_PASSWORD: key },
      },
    );

  async function run(state: string): Promise<void> {
    const child = start(state);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    assert.deepEqual(await once(child, "close"), [0, null], output);
  }

  async function bodies(): Promise<string[]> {
    const rows = await clickhouse.query<{ Body: string }>(
      "SELECT Body FROM otel_logs WHERE LogAttributes['type'] = 'function' ORDER BY Timestamp",
    );
    return rows.map(({ Body }) => Body);
  }

  /** Resolves when the state file contains this state. */
  function noted(state: string, text: RegExp): Promise<void> {
    return new Promise((resolve) => {
      const watcher = watch(directory, () => {
        if (!existsSync(state) || !text.test(readFileSync(state, "utf8"))) return;
        watcher.close();
        resolve();
      }).unref();
    });
  }

  /** Resolves when the backend has received this number of requests with logs. */
  async function arrived(requests: number, { aborted }: { aborted: () => boolean }): Promise<void> {
    while (!aborted() && (await clickhouse.stats()).logs.requests < requests)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  type Reached = (state: string, requests: number, end: { aborted: () => boolean }) => Promise<void>;
  const points: [string, Reached, number][] = [
    ["before its first delivery", (state) => noted(state, /"begun"/), 0],
    ["while its first delivery is sent", (_, requests, end) => arrived(requests + 1, end), 0],
    ["while the backend takes its time with it", (_, requests, end) => arrived(requests + 1, end), 1500],
    ["between two deliveries of a stream", (state) => noted(state, /first":\{"done"/), 0],
    ["while a later one is sent", (_, requests, end) => arrived(requests + 2, end), 700],
  ];
  for (const [index, [title, point, delayMs]] of points.entries()) {
    it(`${title}: each line is stored once`, async () => {
      await clickhouse.query("TRUNCATE TABLE otel_logs");
      const state = join(directory, `state-${index}.json`);
      const { logs } = await clickhouse.stats();
      await clickhouse.setFault(delayMs > 0 ? { delayMs } : undefined);
      let isClosed = false;
      const reached = point(state, logs.requests, { aborted: () => isClosed });
      const child = start(state);
      const closed = once(child, "close").finally(() => {
        isClosed = true;
      });
      await Promise.race([reached, closed]);
      const extensions = childrenOf(child.pid);
      child.kill("SIGKILL");
      assert.deepEqual(await closed, [null, "SIGKILL"]);
      await run(state);
      await clickhouse.setFault();
      await Promise.all(extensions.map(gone));
      assert.deepEqual((await bodies()).map(shortened), written.map(shortened));
    });
  }
});

const shortened = (body: string) => `${body.slice(0, 20)} (${body.length})`;

function childrenOf(pid: number | undefined): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === pid;
      } catch {
        return false;
      }
    });
}

async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setTimeout(resolve, 20));
}
