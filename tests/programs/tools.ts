import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

export const root = join(__dirname, "..", "..");

/** Folder into which the set-up installs the packages of tools/frameworks. */
export const frameworks = join(root, ".cache", "frameworks");

/** The tests' Python environment, with parsers of templates and modules. */
export const python = join(root, ".cache", "python", "bin", "python");

/** A program's standard output. */
export type Run = (
  command: string,
  args: readonly string[],
  environment?: NodeJS.ProcessEnv,
) => Promise<string>;

/** A folder for the programs of a test. */
export interface Workshop {
  directory: string;
  /** Writes files, given by their paths in the folder. */
  write(files: Readonly<Record<string, string>>): void;
  /** Runs a program in the folder. @throws an error with its whole output if it fails. */
  run: Run;
}

/**
 * A folder for each test, in which `clickstack-lambda` is this checkout and the packages of tools/frameworks are available.
 * The tests are skipped if the set-up could not install these packages.
 */
export function useFrameworks(): Workshop {
  before(function () {
    if (!existsSync(join(frameworks, "stamp"))) {
      console.log("      skipped: .cache/frameworks is not installed (npm run setup)");
      this.skip();
    }
  });
  return useWorkshop();
}

/** A folder for each test. */
export function useWorkshop(): Workshop {
  const workshop: Workshop = {
    directory: "",
    write: (files) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(workshop.directory, path)), { recursive: true });
        writeFileSync(join(workshop.directory, path), text);
      }
    },
    run: (command, args, environment) => run(workshop.directory, command, args, environment),
  };
  beforeEach(() => {
    mkdirSync(join(root, ".cache"), { recursive: true });
    // Inside the checkout, so that `clickstack-lambda` is this one.
    workshop.directory = mkdtempSync(join(root, ".cache", "programs-"));
  });
  afterEach(() => rmSync(workshop.directory, { recursive: true, force: true }));
  return workshop;
}

/** Runs a file of tests/programs in Python with this input, and parses the JSON that it writes. */
export async function runPython(workshop: Workshop, file: string, input: string): Promise<unknown> {
  workshop.write({ input });
  return JSON.parse(await workshop.run(python, [join(__dirname, file), "input"]));
}

/** Skips the tests of a suite if the set-up could not install the tests' Python libraries. */
export function usePython(): void {
  before(function () {
    if (existsSync(join(dirname(python), "..", "libraries.stamp"))) return;
    console.log("      skipped: .cache/python is not installed (npm run setup)");
    this.skip();
  });
}

/** Skips the tests of a suite if a program is not on PATH. */
export function useCommand(name: string): void {
  before(function () {
    if (spawnSync("sh", ["-c", `command -v ${name}`]).status === 0) return;
    console.log(`      skipped: no ${name} on PATH`);
    this.skip();
  });
}

async function run(
  directory: string,
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const env = {
    ...inherited,
    NODE_PATH: join(frameworks, "node_modules"),
    // Programs run here must not send anything from this machine.
    ...{ HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, HOME: directory },
    ...environment,
  };
  const options = { cwd: directory, env, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout } = await promisify(execFile)(command, args, options);
    return stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout ?? ""}\n${stderr ?? ""}`);
  }
}

/** A port of this machine without a listener: TCP's discard service. */
const nowhere = "http://127.0.0.1:9";
