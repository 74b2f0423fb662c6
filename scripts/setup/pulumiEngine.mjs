// Makes sure that there is a Pulumi engine: one on PATH, else .cache/pulumi/bin/pulumi, which is downloaded by Pulumi's
// own npm package or, if that cannot reach its server, built from source. Plain Node without dependencies: node
// scripts/setup/pulumiEngine.mjs
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modulesInput, withLazyDictionaries } from "./engineModules.mjs";
import { atLeast, versionOf } from "./prerequisites.mjs";
import { digest, isStamped, stamp } from "./stamp.mjs";

/** Oldest engine that is accepted, and the one that is built; the module of tools/go.mod has the same version. */
const oldest = "3.200.0";
/** Downloaded engine: the first that npm has, two releases after the SDK in package.json. */
const downloaded = "3.250.0";
/** If the network allows it, a download takes seconds; otherwise it must not delay the build. */
const downloadLimitMs = 120_000;
const oldestGo = "1.21";

const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const enginePackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** @throws if there is no engine and none is available, with the reasons and how to fix each. */
export async function ensurePulumiEngine({ root, log }) {
  const home = join(root, ".cache", "pulumi");
  const engine = join(home, "bin", "pulumi");
  if (isNewEnough("pulumi")) return;
  if (isNewEnough(engine)) return rebuild(root, engine, log);
  log("downloading");
  const refused = await download(home).catch((error) => error);
  if (isNewEnough(engine)) return;
  await build(root, engine, log).catch((error) => {
    throw new Error(
      `there is no Pulumi engine, and
  - its download failed: ${firstLine(refused)}
  - its build from source failed: ${error.message}
Fix one of them, or put pulumi ≥ ${oldest} on PATH (https://www.pulumi.com/docs/install).`,
    );
  });
  if (!isNewEnough(engine)) throw new Error(`${engine} does not run: remove ${home} and try again`);
}

/** Builds it again if it was built from source, and in another way. Otherwise, or if that fails, it is kept. */
async function rebuild(root, engine, log) {
  const isBuilt = versionOf(engine, ["version"]) === oldest;
  if (!isBuilt || isStamped(`${engine}.stamp`, buildInputs(root))) return;
  await build(root, engine, log).catch((error) => log(`not built again: ${firstLine(error)}`));
}

function buildInputs(root) {
  return digest(readFileSync(join(root, "tools", "go.sum"), "utf8"), modulesInput);
}

function isNewEnough(command) {
  if (command !== "pulumi" && !existsSync(command)) return false;
  const version = versionOf(command, ["version"]);
  return version !== undefined && atLeast(version, oldest);
}

/** Lets the npm package `pulumi` download the engine with its language hosts, and moves it into place. */
async function download(home) {
  const scratch = `${home}-download`;
  try {
    const env = { ...process.env, PULUMI_HOME: scratch, PULUMI_SKIP_UPDATE_CHECK: "true" };
    await finished("npx", ["--yes", `pulumi@${downloaded}`, "version"], { env, limitMs: downloadLimitMs });
    const versions = join(scratch, "versions");
    const [version] = readdirSync(versions);
    rmSync(home, { recursive: true, force: true });
    renameSync(join(versions, version), home);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Go stores what it downloads and compiles in its own caches: a second build takes seconds. */
async function build(root, engine, log) {
  const go = versionOf("go", ["version"]);
  if (!go || !atLeast(go, oldestGo)) {
    throw new Error(
      `Go ≥ ${oldestGo} is needed, ${go ? `found ${go}` : "and was not found"}: https://go.dev/dl`,
    );
  }
  const cwd = join(root, "tools");
  log("downloading its Go modules");
  await finished("go", ["mod", "download"], { cwd });
  let packages = 0;
  const onLine = () => log(`compiling, some minutes the first time: ${++packages} packages`);
  log("compiling");
  mkdirSync(join(engine, ".."), { recursive: true });
  // Built under another name first, so that an interrupted build leaves nothing that looks like an engine.
  const partial = `${engine}.${process.pid}`;
  const flags = ["-v", "-buildvcs=false", "-ldflags", `-s -w -X ${versionVariable}=v${oldest}`];
  try {
    await withLazyDictionaries(cwd, join(root, ".cache", "pulumi-modules"), (selection) =>
      finished("go", ["build", ...flags, ...selection, "-o", partial, enginePackage], { cwd, onLine }),
    );
    renameSync(partial, engine);
    stamp(`${engine}.stamp`, buildInputs(root));
  } finally {
    rmSync(partial, { force: true });
  }
}

/** Runs a command to its end; after the limit it and everything that it started is killed. */
function finished(command, args, { limitMs, onLine, ...options }) {
  return new Promise((resolve, reject) => {
    // A separate process group if it may have to be killed: the download runs in grandchildren.
    const child = spawn(command, args, {
      ...options,
      detached: limitMs !== undefined,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let printed = "";
    child.stderr.on("data", (data) => {
      printed = `${printed}${data}`.slice(-4000);
      for (let i = 0; i < String(data).split("\n").length - 1; i++) onLine?.();
    });
    const timer = limitMs && setTimeout(() => process.kill(-child.pid, "SIGKILL"), limitMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`${command} could not be started (${error.message})`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve();
      const why =
        signal === "SIGKILL" && limitMs
          ? `took more than ${limitMs / 1000} s`
          : `ended with ${signal ?? code}`;
      reject(new Error(`\`${command} ${args[0]}\` ${why}\n${printed.trim()}`));
    });
  });
}

function firstLine(error) {
  if (!(error instanceof Error)) return "it is not the version asked for";
  const lines = error.message.split("\n").map((line) => line.trim());
  return lines.find((line) => line.startsWith("pulumi: ")) ?? lines[0];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  let last = 0;
  const since = Date.now();
  const log = (text) => {
    if (Date.now() - last < 5000) return;
    last = Date.now();
    console.error(`Pulumi engine: ${text} (${((last - since) / 1000).toFixed(0)} s)`);
  };
  await ensurePulumiEngine({ root, log }).catch((error) => {
    console.error(`Pulumi engine: ${error.message}`);
    process.exitCode = 1;
  });
}
