import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";

const sources = [
  "index.ts",
  "provider",
  "layers",
  "cli",
  "clickstack",
  "observed",
  "tables",
  "traces",
  "web",
  "tsconfig.json",
  "settings.json",
  "package.json",
];

/** Compiles the package into dist/ if a source is newer than the build. */
export async function ensureBuild({ root, log }) {
  const built = join(root, "dist", "index.js");
  const newest = Math.max(...sources.map((source) => newestIn(join(root, source))));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  log("tsc");
  await run("npm", ["run", "--silent", "build"], { cwd: root });
}

function newestIn(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
