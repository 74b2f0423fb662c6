// Makes sure that the Pulumi engine can run Node.js projects: its language host, `pulumi-language-nodejs`, is on PATH,
// came with the downloaded engine, or is built from source next to the one in .cache. Only tests need it, and those
// that do are skipped where there is no Go to build it. Plain Node without dependencies.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findOnPath } from "./onPath.mjs";
import { atLeast, versionOf } from "./prerequisites.mjs";
import { run } from "./run.mjs";
import { digest, isStamped, stamp } from "./stamp.mjs";

const hostName = "pulumi-language-nodejs";
const hostPackage = `github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/${hostName}`;
const oldestGo = "1.24";

export async function ensureLanguageHost({ root, log }) {
  const directory = join(root, ".cache", "pulumi", "bin");
  const host = join(directory, hostName);
  const cwd = join(root, "tools", "languageHost");
  const value = digest(readFileSync(join(cwd, "go.sum"), "utf8"));
  const stampFile = `${host}.stamp`;
  if (findOnPath([hostName])) return;
  if (existsSync(host) && (isStamped(stampFile, value) || !existsSync(stampFile))) return;
  const go = versionOf("go", ["version"]);
  if (!go || !atLeast(go, oldestGo)) {
    log(`not here, and Go ≥ ${oldestGo} is needed to build it: tests of Pulumi projects are skipped`);
    return;
  }
  log("compiling");
  mkdirSync(directory, { recursive: true });
  // Built under another name first, so that an interrupted build leaves nothing that looks like a host.
  const partial = `${host}.${process.pid}`;
  try {
    await run("go", ["build", "-buildvcs=false", "-ldflags", "-s -w", "-o", partial, hostPackage], { cwd });
    renameSync(partial, host);
    stamp(stampFile, value);
  } finally {
    rmSync(partial, { force: true });
  }
}
