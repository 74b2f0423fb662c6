// Fills .cache/python-compilers with a WebAssembly build of Python for each version for which the tracing layer
// contains compiled code.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { unpackNpmPackage } from "./npmPackage.mjs";

/**
 * Does nothing if they are installed.
 * @param root the checkout. @param log receives a short progress message.
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
