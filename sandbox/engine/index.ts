import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import {
  type ConfigMap,
  LocalWorkspace,
  type PulumiCommand,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation";
import type { EmbeddedAws } from "../aws/embeddedAws";
import { awsPluginPorts } from "./awsPlugin";
import { findCommand } from "./command";
import { separateConnections } from "./connections";
import { withReadableErrors } from "./diagnostics";
import { installPlugins } from "./plugins";
import { type PythonProgram, type PythonResult, runPython } from "./python";
import { hasStoredStack, withStoredResults } from "./storedResults";
import { omitPromiseTraces } from "./traces";

export { engineDiagnostics } from "./diagnostics";
export type { PythonProgram, PythonResult } from "./python";

/** A Pulumi engine with its own home directory: the user's login, plugins and stacks are neither used nor changed. */
export interface Engine {
  /** What a process needs to drive this engine by itself (`PULUMI_*`, `AWS_*` and `PATH`). */
  environment: Record<string, string>;
  /** Creates a stack (or uses the existing one of that name) whose program runs in this process. */
  createStack(options: StackOptions): Promise<Stack>;
  /** Runs a Python script that uses the Automation API in this engine's environment. */
  runPython(program: PythonProgram): Promise<PythonResult>;
  /** Removes the home, all stacks and their state. Resources are not destroyed. May be called twice. */
  stop(): Promise<void>;
}

/** A stack to create. */
export interface StackOptions {
  projectName: string;
  stackName: string;
  /** The Pulumi program; what it returns are the stack's outputs. */
  program: PulumiFn;
  /** Stack configuration, such as `{ "aws:region": { value: "us-east-2" } }`. Default: none. */
  config?: ConfigMap;
  /** Directory to which relative paths of assets and archives refer. Default: the process's. */
  programDirectory?: string;
}

/**
 * The variable of {@link Engine.environment} with the key of stacks that the CLI creates. Without it, each start of the
 * CLI derives one from a passphrase, which takes a fifth of a second.
 */
export const secretsProviderVariable = "STACK_SECRETS_PROVIDER";

const root = resolve(__dirname, "../..");

/**
 * Finds the engine and gives it a private home with the embedded AWS's provider and this package's own provider, state
 * in a temporary directory, and `aws` as the cloud.
 * @throws if there is no engine; the message explains how to install one.
 */
export async function startEngine({ aws }: { aws: Pick<EmbeddedAws, "environment"> }): Promise<Engine> {
  separateConnections();
  omitPromiseTraces();
  const command = await findCommand(root);
  const home = await mkdtemp(join(tmpdir(), "clickstack-pulumi-"));
  const state = join(home, "state");
  try {
    await mkdir(state);
    await installPlugins(root, join(home, "plugins"));
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
  const environment: Record<string, string> = {
    ...aws.environment,
    PATH: pathWith(command),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    // Not read by Pulumi: the value for `pulumi stack init --secrets-provider`.
    [secretsProviderVariable]: await secretsProvider(),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Go's runtime: the CLI ends within seconds, and collecting its garbage takes a quarter of its processor time.
    GOGC: "400",
    // A missing plugin is then reported immediately, instead of after a failed download.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // The provider would print the AWS SDK's notice about coming Node.js versions into every update.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
  return {
    environment,
    createStack: (options) => createStack(command, { home, state }, environment, options),
    runPython: (program) => runPython(root, environment, program),
    stop: () => rm(home, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/**
 * The key of the stacks' secrets (aws/plugin/keyService.ts). The endpoint is given explicitly, so that no recorder sees
 * its requests.
 */
async function secretsProvider(): Promise<string> {
  const { keys } = await awsPluginPorts(root);
  return `awskms://state?region=us-east-1&awssdk=v2&endpoint=http://127.0.0.1:${keys}`;
}

/** PATH with the engine's folder first, if it is not on PATH already, and the set-up's language host last. */
function pathWith(command: PulumiCommand): string {
  const directory = dirname(command.command);
  const folders = [process.env.PATH ?? "", join(root, ".cache/pulumi/bin")];
  return (directory === "." ? folders : [directory, ...folders]).join(delimiter);
}

async function createStack(
  pulumiCommand: PulumiCommand,
  { home, state }: { home: string; state: string },
  envVars: Record<string, string>,
  options: StackOptions,
): Promise<Stack> {
  const { projectName, stackName, program, config } = options;
  const workDir = await mkdtemp(join(home, "work-"));
  const main = resolve(options.programDirectory ?? ".");
  // Selecting a stack, creating it and setting its configuration each start the CLI, so only what is needed is done.
  const known = hasStoredStack(state, projectName, stackName);
  const settings = Object.entries(config ?? {});
  const plain = settings.filter(([, { secret }]) => !secret);
  const secret = settings.filter(([, { secret }]) => secret);
  const stack = await LocalWorkspace[known ? "selectStack" : "createStack"](
    { projectName, stackName, program },
    {
      pulumiCommand,
      pulumiHome: home,
      workDir,
      envVars,
      secretsProvider: envVars[secretsProviderVariable],
      projectSettings: { name: projectName, runtime: "nodejs", main },
      stackSettings: {
        [stackName]: { config: Object.fromEntries(plain.map(([key, { value }]) => [key, value])) },
      },
    },
  );
  if (secret.length > 0) await stack.setAllConfig(Object.fromEntries(secret));
  return withStoredResults(withReadableErrors(stack), state, projectName);
}
