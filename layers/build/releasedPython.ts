import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { pythonEntries, pythonSources } from "../python/bundle";
import compilers from "../python/compilers.json";
import { sha256 } from "../sha256";
import type { ZipEntry } from "../zip";

/**
 * The tracing layer's Python files as they are released: sources without comments, and compiled code for the versions in
 * `layers/python/compilers.json`. Without the code an interpreter compiles the sources again in each environment, since
 * it cannot write to /opt. Compiling takes some seconds for each version; the result is cached in `.cache/python-code`,
 * by its inputs.
 * @param root of the checkout.
 * @throws if a compiler is missing: `npm run layers:build` installs them.
 */
export async function releasedPython(
  root: string,
  log: (detail: string) => void = () => {},
): Promise<ZipEntry[]> {
  const folder = join(root, "layers", "python");
  const sources = pythonSources(root);
  const inputs = ["compile.py", "strip.py", "pyodide.cjs", "compilers.json", ...sources];
  const read = inputs.map((path) => `${path}\0${readFileSync(join(folder, path))}`);
  const home = join(root, ".cache", "python-code");
  const directory = join(home, sha256(Buffer.from(read.join("\0"))));
  if (!existsSync(directory)) {
    mkdirSync(home, { recursive: true });
    const unfinished = mkdtempSync(join(home, "unfinished-"));
    try {
      await compile(root, sources, unfinished, log);
      if (!existsSync(directory)) renameSync(unfinished, directory);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return pythonEntries(directory, ["compiled", ...sources]);
}

/** One version after the other adds its code to the same file; the last one copies the sources. */
async function compile(
  root: string,
  sources: readonly string[],
  target: string,
  log: (detail: string) => void,
): Promise<void> {
  const run = async (pyodide: string, script: string, ...more: readonly string[]): Promise<void> => {
    const compiler = join(root, ".cache", "python-compilers", pyodide);
    if (!existsSync(compiler)) {
      throw new Error(`${compiler}: the compiler is missing; run: node scripts/setup.mjs layers`);
    }
    const args = [join(root, "layers", "python", "pyodide.cjs"), compiler, script, target, ...more];
    await promisify(execFile)(process.execPath, args);
  };
  for (const { python, pyodide } of compilers) {
    log(`compiling for Python ${python}`);
    await run(pyodide, "compile.py");
  }
  const newest = compilers[compilers.length - 1];
  if (newest) await run(newest.pyodide, "strip.py", ...sources);
}
