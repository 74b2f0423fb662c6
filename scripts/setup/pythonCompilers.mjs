// Fills .cache/python-compilers with a Python of WebAssembly for each version whose code the tracing layer brings compiled.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { unpackNpmPackage } from "./npmPackage.mjs";

/**
 * Does nothing when they are there.
 * @param root the checkout. @param log takes a word about what is being done.
 */
export async function ensurePythonCompilers({ root, log }) {
  const home = join(root, ".cache", "python-compilers");
  mkdirSync(home, { recursive: true });
  const compilers = JSON.parse(readFileSync(join(root, "layers", "python", "compilers.json"), "utf8"));
  for (const { python, pyodide, integrity } of compilers) {
    const target = join(home, pyodide);
    if (existsSync(target)) continue;
    log(`pyodide ${pyodide}, which is Python ${python}`);
    const directory = mkdtempSync(join(home, "unfinished-"));
    try {
      renameSync(await unpackNpmPackage({ name: "pyodide", version: pyodide, integrity }, directory), target);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
}
