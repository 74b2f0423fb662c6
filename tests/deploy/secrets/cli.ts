import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Engine, secretsProviderVariable } from "../../../sandbox/engine";

/** What a command of the CLI came to. */
export interface CliRun {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A project and stack that are driven by the command `pulumi`, as a user drives them. */
export class CliStack {
  /** Folder of the project, where the CLI also writes what it is told to. */
  public readonly directory: string;

  public constructor(
    private readonly engine: Engine,
    private readonly name: string,
  ) {
    const home = engine.environment.PULUMI_HOME ?? "";
    this.directory = mkdtempSync(join(home, "project-"));
    writeFileSync(join(this.directory, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
    mkdirSync(join(this.directory, "written"));
  }

  /** The key for the stack's secrets, which `stack init` is given. */
  public get secretsProvider(): string {
    return this.engine.environment[secretsProviderVariable] ?? "";
  }

  /** Runs `pulumi` with these arguments, on this stack. */
  public run(args: readonly string[]): Promise<CliRun> {
    const child = spawn("pulumi", [...args, "--stack", this.name, "--non-interactive", "--color=never"], {
      cwd: this.directory,
      env: {
        ...process.env,
        ...this.engine.environment,
        // For plans and event logs.
        PULUMI_EXPERIMENTAL: "true",
        PULUMI_DEBUG_COMMANDS: "true",
        // Traces hold every message in the clear otherwise, by Pulumi's choice.
        PULUMI_TRACING_NO_PAYLOADS: "true",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout.on("data", (data) => parts.stdout.push(data));
    child.stderr.on("data", (data) => parts.stderr.push(data));
    return new Promise((done, failed) => {
      child.on("error", failed);
      child.on("close", (code) =>
        done({
          code,
          stdout: Buffer.concat(parts.stdout).toString(),
          stderr: Buffer.concat(parts.stderr).toString(),
        }),
      );
    });
  }

  /** Every file that the CLI has written: state, its backups and history, plans, events, configuration. */
  public writtenFiles(): Record<string, string> {
    const backend = (this.engine.environment.PULUMI_BACKEND_URL ?? "").replace("file://", "");
    const state = filesBelow(backend).filter((path) => path.includes(`/${this.name}/`));
    const texts: Record<string, string> = {};
    for (const path of [...state, ...filesBelow(this.directory)]) {
      // By their kinds: `history`, `backups`, `plan.json`.
      const kind =
        /\/(history|backups|stacks)\//.exec(path)?.[1] ?? basename(path).replace(this.name, "STACK");
      texts[kind] = `${texts[kind] ?? ""}${compact(readFileSync(path, "utf8"))}\n`;
    }
    return texts;
  }
}

/** JSON in one line, so that several documents can follow each other. */
function compact(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((path) => join(directory, path))
    .filter((path) => statSync(path).isFile());
}
