import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Engine, secretsProviderVariable } from "../../../sandbox/engine";

/** The result of a CLI command. */
export interface CliRun {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A project and stack, driven by the command `pulumi` as by a user. */
export class CliStack {
  /** Folder of the project, into which the CLI also writes requested files. */
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

  /** The key for the stack's secrets, passed to `stack init`. */
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
        // Otherwise Pulumi's traces contain every message in plain text.
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

  /** Every file that the CLI wrote: state, its backups and history, plans, events, configuration. */
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

/** JSON on one line, so that several documents can be concatenated. */
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
