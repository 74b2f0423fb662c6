import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";

/** Runs `npm ci` unless node_modules is at least as new as the lockfile. npm writes its hidden lockfile last. */
export async function ensureNodeModules({ root, log }) {
  const installed = join(root, "node_modules", ".package-lock.json");
  const lock = join(root, "package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  log("npm ci");
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root });
}
