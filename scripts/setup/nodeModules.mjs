import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";

/** Runs `npm ci` unless everything is installed. */
export async function ensureNodeModules({ root, log }) {
  if (isInstalled(root)) return;
  log("npm ci");
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root });
}

/**
 * Whether node_modules is at least as new as the lockfile (npm writes its hidden lockfile last) and has the packages for
 * development, which Pulumi removes when it installs the plugin of this checkout for a program.
 */
export function isInstalled(root) {
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  if (statSync(installed).mtimeMs < statSync(join(root, "package-lock.json")).mtimeMs) return false;
  const { devDependencies = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.keys(devDependencies).every((name) => existsSync(join(root, "node_modules", name)));
}
