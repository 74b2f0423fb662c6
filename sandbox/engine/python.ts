import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { engineDiagnostics } from "./diagnostics";

/** A Python script that drives the engine with Pulumi's Automation API; it can import `localStack`. */
export interface PythonProgram {
  /** Path of the script. */
  script: string;
  /** Its arguments. Default: none. */
  args?: string[];
  /** Variables besides the engine's. Default: none. */
  environment?: Record<string, string>;
  /** Its working directory. Default: the process's. */
  directory?: string;
}

export interface PythonResult {
  stdout: string;
  stderr: string;
}

/** The output of a program that prints the engine's progress can be long. */
const maxOutputBytes = 64 * 1024 * 1024;

/**
 * Runs the script with the set-up's Python, which has `pulumi` and `pulumi_aws`.
 * @throws when Python is missing or the script fails, with the engine's diagnostics or the traceback's end.
 */
export async function runPython(
  root: string,
  environment: Record<string, string>,
  program: PythonProgram,
): Promise<PythonResult> {
  const python = join(root, ".cache/python/bin/python");
  if (!existsSync(python)) throw new Error(`${python} is missing: run \`npm run setup\` in the checkout`);
  const options = {
    cwd: program.directory,
    // The Automation API for Python does not remove its temporary directories: in the engine's home they are removed
    // with it.
    env: {
      ...process.env,
      ...environment,
      TMPDIR: environment.PULUMI_HOME,
      ...program.environment,
      // localStack.py
      PYTHONPATH: [program.environment?.PYTHONPATH ?? [], __dirname].flat().join(delimiter),
    },
    maxBuffer: maxOutputBytes,
  };
  return new Promise((done, failed) => {
    execFile(python, [program.script, ...(program.args ?? [])], options, (error, stdout, stderr) => {
      if (!error) return done({ stdout, stderr });
      failed(
        new Error(`${program.script} failed:\n${engineDiagnostics(`${stdout}\n${stderr}`)}`, {
          cause: error,
        }),
      );
    });
  });
}
