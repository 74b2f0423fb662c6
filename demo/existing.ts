import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { isDeepStrictEqual } from "node:util";
import {
  CreateRoleCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  PublishLayerVersionCommand,
} from "@aws-sdk/client-lambda";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { runCommandLine } from "../cli/commandLine";
import type { Cleanup } from "../dev/cleanup";
import { hostArchitecture } from "../layers/compile";
import { layerName, readBuildManifest } from "../layers/manifest";
import { zip } from "../layers/zip";
import { clientOptions } from "../sandbox/aws/embeddedAws";
import { type RunningAws, startRunningAws } from "../sandbox/runningAws";
import { cloudWatchStreams } from "./arrivals";
import { demoRegion } from "./deploy";
import type { Progress } from "./progress";
import { buildForDemo, type Services, startServices } from "./run";

const root = join(__dirname, "..");

/** The functions, as if created manually. */
const functions = [
  {
    name: "orders",
    runtime: "nodejs20.x",
    handler: "index.handler",
    file: "index.js",
    from: "node/index.js",
  },
  { name: "stock", runtime: "nodejs20.x", handler: "index.handler", file: "index.js", from: "node/index.js" },
  { name: "prices", runtime: "python3.11", handler: "main.handler", file: "main.py", from: "python/main.py" },
] as const;

const names = functions.map(({ name }) => name);

/** What `--json` ends with. */
export interface ExistingSummary {
  /** Functions that received the extension. */
  instrumented: number;
  /** Functions for which `verify` found rows of an invocation. */
  verified: number;
  /** Functions that ran after the cut-off without a line in CloudWatch Logs. */
  cutOff: number;
  /** Functions whose configuration and policies are as they were. */
  restored: number;
  seconds: number;
}

/** The result of the run. */
export interface ExistingResult {
  summary: ExistingSummary;
  /** What the command line wrote, command by command. */
  transcript: { command: string; output: string }[];
}

/**
 * Instruments and verifies three functions that no Pulumi program created, disables their CloudWatch logs, and restores
 * them.
 */
export async function runExisting({
  progress,
  cleanup,
}: {
  progress: Progress;
  cleanup: Cleanup;
}): Promise<ExistingResult> {
  const started = Date.now();
  await progress.step("Building the extension and its layers", (detail) =>
    buildForDemo({ allArchitectures: false, cleanup }, detail),
  );
  const services = await progress.step("Starting AWS and ClickHouse on this machine", () =>
    startServices({ cleanup }),
  );
  const { aws, clickhouse } = services;
  const running = cleanup.use(
    await startRunningAws({
      ...{ aws, region: demoRegion, ports: clickhouse.ports },
      cacheDirectory: join(root, ".cache", "sandbox"),
    }),
    (open) => open.stop(),
  );
  const existing = await progress.step("Making three functions, as they are without this project", () =>
    makeFunctions(services),
  );
  const line = new CommandLine(services, running);
  const before = await existing.snapshots();
  await line.run(
    ...["instrument", ...names, "--endpoint", clickhouse.otlpUrl, "--secret", existing.secretArn],
    ...["--layer-arn", existing.layerArn, "--trace", "--yes"],
  );
  const after = await existing.snapshots();
  const verified = await verifyAll(line, progress);
  await line.run("cloudwatch", "disable", ...names, "--yes");
  const cutOff = await progress.step("Running the functions without CloudWatch Logs", () =>
    countCutOff(services, running, line),
  );
  await line.run("uninstrument", ...names, "--yes");
  const end = await existing.snapshots();
  return {
    transcript: line.transcript,
    summary: {
      instrumented: after.filter((one, index) => !isDeepStrictEqual(one, before[index])).length,
      verified,
      cutOff,
      restored: end.filter((one, index) => isDeepStrictEqual(one, before[index])).length,
      seconds: Math.round((Date.now() - started) / 100) / 10,
    },
  };
}

/** The command line, as a user calls it, with the local AWS and ClickHouse. */
class CommandLine {
  readonly transcript: { command: string; output: string }[] = [];

  constructor(
    private readonly services: Services,
    private readonly running: RunningAws,
  ) {}

  /** Runs a command. @returns its exit code. */
  async run(...args: string[]): Promise<number> {
    const { aws, clickhouse } = this.services;
    const { user, password } = clickhouse.reader;
    // The SDK's own credential chain reads them, as on a user's machine.
    const { AWS_ENDPOINT_URL: _, ...credentials } = aws.environment;
    Object.assign(process.env, credentials);
    let output = "";
    const collect = () =>
      new PassThrough().on("data", (data) => {
        output += data;
      });
    const place = ["--regions", demoRegion, "--endpoint-url", this.running.endpoint];
    const code = await runCommandLine([...args, ...place, "--requests-per-second", "100"], {
      ...{ out: collect(), err: collect(), input: new PassThrough() },
      environment: {
        ...{ CLICKHOUSE_URL: clickhouse.httpUrl, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password },
      },
    });
    this.transcript.push({ command: `clickstack-lambda ${args.join(" ")}`, output: output.trimEnd() });
    return code;
  }
}

async function verifyAll(line: CommandLine, progress: Progress): Promise<number> {
  return progress.step("Verifying each function by an invocation", async (detail) => {
    let verified = 0;
    for (const name of names) {
      detail(name);
      if ((await line.run("verify", name, "--invoke")) === 0) verified += 1;
    }
    return verified;
  });
}

/** Runs every function in a new execution environment, and counts those that wrote no further log stream. */
async function countCutOff(services: Services, running: RunningAws, line: CommandLine): Promise<number> {
  await running.recycle();
  const streams = () => Promise.all(names.map((name) => cloudWatchStreams(services.aws, name)));
  const before = await streams();
  const codes: number[] = [];
  for (const name of names) codes.push(await line.run("verify", name, "--invoke"));
  await running.recycle();
  const after = await streams();
  return names.filter(
    (_, index) => codes[index] === 0 && (before[index] ?? 0) > 0 && after[index] === before[index],
  ).length;
}

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const basicExecution = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["logs:*"], Resource: ["*"] }],
});

/** Creates roles, functions, the key's secret and a layer version with AWS's API. */
async function makeFunctions({ aws, ingestionKey }: Services) {
  const lambda = new LambdaClient(clientOptions(aws, demoRegion));
  const iam = new IAMClient(clientOptions(aws, demoRegion));
  const secrets = new SecretsManagerClient(clientOptions(aws, demoRegion));
  const { ARN: secretArn = "" } = await secrets.send(
    new CreateSecretCommand({ Name: "clickstack", SecretString: ingestionKey }),
  );
  const architecture = hostArchitecture();
  const built = readBuildManifest().layers[architecture];
  if (built === undefined) throw new Error(`the layer for ${architecture} was not built`);
  const { LayerVersionArn: layerArn = "" } = await lambda.send(
    new PublishLayerVersionCommand({
      LayerName: layerName(architecture),
      Content: { ZipFile: readFileSync(built.path) },
      CompatibleArchitectures: [architecture],
    }),
  );
  for (const { name, runtime, handler, file, from } of functions) {
    const made = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
    const policy = { RoleName: name, PolicyName: "logs", PolicyDocument: basicExecution };
    await iam.send(new PutRolePolicyCommand(policy));
    const content = readFileSync(join(root, "examples/typescript/functions", from));
    await lambda.send(
      new CreateFunctionCommand({
        ...{ FunctionName: name, Role: made.Role?.Arn, Runtime: runtime, Handler: handler, Timeout: 10 },
        Architectures: [architecture],
        Code: { ZipFile: await zip([{ name: file, content, mode: 0o644 }]) },
        Environment: { Variables: { STAGE: "live" } },
      }),
    );
  }
  const snapshot = async (name: string) => {
    const { RevisionId, LastModified, $metadata, ...rest } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName: name }));
    return { ...rest, PolicyNames };
  };
  return { secretArn, layerArn, snapshots: () => Promise.all(names.map(snapshot)) };
}
