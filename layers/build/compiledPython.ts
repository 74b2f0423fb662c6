import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { COMPILED, pythonTracingLayer, TRACEBACKS } from "../python/bundle";
import compilers from "../python/compilers.json";
import { sha256 } from "../sha256";
import type { ZipEntry } from "../zip";

/**
 * Compiled code of the tracing layer's Python files, one file for each version in `layers/python/compilers.json`.
 * Without it the interpreter compiles the files again in each environment, since it cannot write to /opt. Compiling
 * takes some seconds for each version; the result is cached in `.cache/python-code`, by its inputs.
 * @param root of the checkout.
 * @throws if a compiler is missing: `npm run layers:build` installs them.
 */
export async function compiledPython(
  root: string,
  log: (detail: string) => void = () => {},
): Promise<ZipEntry[]> {
  const sources = join(root, "layers", "python");
  const made = ["compile.py", "pyodide.cjs", "compilers.json"].map((name) =>
    readFileSync(join(sources, name)),
  );
  const read = pythonTracingLayer(root).map(({ name, content }) => `${name}\0${content}`);
  const home = join(root, ".cache", "python-code");
  const directory = join(home, sha256(Buffer.from([...made, ...read].join("\0"))));
  if (!existsSync(directory)) {
    mkdirSync(home, { recursive: true });
    const unfinished = mkdtempSync(join(home, "unfinished-"));
    try {
      for (const { python, pyodide } of compilers) {
        log(`compiling for Python ${python}`);
        await compile(root, pyodide, sources, unfinished);
      }
      if (!existsSync(directory)) renameSync(unfinished, directory);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return readdirSync(directory)
    .sort()
    .map((name) => ({
      name: `${COMPILED}/${name}`,
      content: readFileSync(join(directory, name)),
      mode: 0o644,
    }));
}

async function compile(root: string, pyodide: string, sources: string, target: string): Promise<void> {
  const compiler = join(root, ".cache", "python-compilers", pyodide);
  if (!existsSync(compiler)) {
    throw new Error(`${compiler}: the compiler is missing; run: node scripts/setup.mjs layers`);
  }
  const args = [join(sources, "pyodide.cjs"), compiler, sources, target, TRACEBACKS];
  await promisify(execFile)(process.execPath, args);
}
