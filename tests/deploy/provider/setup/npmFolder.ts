import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = join(__dirname, "../../../../.cache");
const limitMs = 5 * 60_000;

/**
 * A folder in .cache with these packages from npm, installed once.
 * @param name path of the folder in .cache, which describes its content.
 * @param dependencies as in a package.json.
 * @returns undefined if no npm registry can be reached.
 */
export async function npmFolder(
  name: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const directory = join(cache, name);
  if (existsSync(directory)) return directory;
  // Installed in a temporary folder first, so that an interrupted installation does not look complete.
  const partial = `${directory}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, "package.json"), JSON.stringify({ name: "program", dependencies }));
  try {
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
    await run("npm", ["install", ...options], { cwd: partial, timeout: limitMs });
    if (!existsSync(directory)) renameSync(partial, directory);
    return directory;
  } catch {
    return undefined;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
