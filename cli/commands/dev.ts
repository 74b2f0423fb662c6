import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { UsageError } from "../plan/usageError";
import { stopSignal } from "../terminal/interruption";
import type { Terminal } from "../terminal/terminal";
import { collect, withExamples } from "./help";
import { portNumber } from "./options";

/** The options of `dev`, as passed to its program. */
interface DevOptions {
  target?: string;
  [option: string]: unknown;
}

/** The program behind `dev`, which contains a local Lambda and ClickHouse. */
interface DevProgram {
  runDev(
    options: DevOptions,
    terminal: Pick<Terminal, "out" | "err" | "environment">,
    stop: AbortSignal,
  ): Promise<number>;
}

const INSPECT_PORT = "9229";
const DEV_PACKAGE = "clickstack-lambda-dev";

/** `dev`: runs functions on this machine. */
export function devCommand(parent: Command): Command {
  const command = parent
    .command("dev")
    .argument("[target]", "folder, template, or name of a deployed function (default: the current folder)")
    .summary("run functions on this machine and see what they do")
    .description(
      "Runs functions on this machine with the extension, light tracing and a ClickHouse of its own, and shows their lines, results and traces, here and on a page in the browser. Finds them in a SAM or CloudFormation template, serverless.yml, the output of CDK, the state of a Pulumi stack or a plain folder, or downloads a deployed one. They are restarted when a file changes. Needs Linux.",
    )
    .option("--function <name>", "run this function of several", collect)
    .option("--handler <file.function>", "handler of a plain folder, such as src/orders.handler")
    .option("--runtime <name>", "runtime of a plain folder, such as nodejs22.x")
    .option("--event <file>", "invoke the first function with this JSON, again after each change")
    .addOption(
      new Option(
        "--schedule <name>",
        "have this schedule of the project fire, again after each change",
      ).conflicts("event"),
    )
    .option("--once", "end after the answer to --event or --schedule, with exit code 1 where it failed")
    .option("--env-file <file>", "environment variables, which win over the project's")
    .option("--port <number>", "port of the functions' URLs on 127.0.0.1 (default: a free one)", portNumber)
    .option(
      "--host-port <number>",
      "port of this machine that functions may reach, such as a database's",
      ports,
    )
    .option("--inspect [port]", `let a debugger attach to Node.js on this port (default: ${INSPECT_PORT})`)
    .option("--open", "open the page in the browser")
    .option("--no-watch", "do not restart functions when their files change")
    .option("--region <name>", "region of a deployed function (default: that of AWS_REGION)");
  return withExamples(command, [
    { about: "The functions of this folder, with the page in the browser", call: "dev --open" },
    {
      about: "One function of a template with an event, once",
      call: "dev template.yaml --function Orders --event events/order.json --once",
    },
  ]);
}

/**
 * Runs `dev` until Ctrl-C.
 * @param version of this package, which must equal the program's.
 * @returns the exit code.
 */
export async function runDevCommand(
  terminal: Terminal,
  version: string,
  target: string | undefined,
  { inspect, ...options }: Record<string, unknown>,
): Promise<number> {
  checkPlatform(process.platform);
  const { runDev } = devProgram(version);
  const { signal, end } = stopSignal();
  try {
    return await runDev(
      {
        ...options,
        ...(target === undefined ? {} : { target }),
        ...(inspect === undefined
          ? {}
          : { inspect: portNumber(inspect === true ? INSPECT_PORT : String(inspect)) }),
      },
      terminal,
      signal,
    );
  } finally {
    end();
  }
}

/** @throws on platforms where functions do not run, before anything is searched for or installed. */
export function checkPlatform(platform: NodeJS.Platform): void {
  if (platform === "linux") return;
  throw new UsageError(
    `\`dev\` runs Lambda's Linux processes, and this machine is ${platform}. Run it on Linux: in the devcontainer of your project, ` +
      "in any Linux container or virtual machine, or in WSL 2 on Windows",
  );
}

/**
 * Loaded by its path: the other commands need neither its dependencies nor its compilation.
 * @throws if the package that contains it is not installed.
 */
function devProgram(own: string): DevProgram {
  const checkout = join(__dirname, "..", "..", "dev", "main.ts");
  return require(existsSync(checkout) ? checkout : installedProgram(own)) as DevProgram;
}

function installedProgram(own: string): string {
  const fix = `npm install --save-dev ${DEV_PACKAGE}@${own}`;
  const paths = { paths: [process.cwd(), __dirname] };
  let program: string;
  try {
    program = require.resolve(DEV_PACKAGE, paths);
  } catch {
    throw new UsageError(`\`dev\` is in a separate package, since it includes ClickHouse: ${fix}`);
  }
  const { version } = require(require.resolve(`${DEV_PACKAGE}/package.json`, paths)) as { version: string };
  if (version === own) return program;
  throw new UsageError(`${DEV_PACKAGE} has version ${version}, and clickstack-lambda ${own}: ${fix}`);
}

function ports(value: string, previous: number[] | undefined): number[] {
  return [...(previous ?? []), portNumber(value)];
}
