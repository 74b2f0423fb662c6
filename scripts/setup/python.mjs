import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pythonCommand } from "./prerequisites.mjs";
import { run } from "./run.mjs";
import { digest, isStamped, stamp } from "./stamp.mjs";

/**
 * A private virtual environment in .cache/python with what scripts/requirements.txt names.
 * @throws when there is no venv module, or pip fails.
 */
export async function ensurePython({ root, log }) {
  const home = join(root, ".cache", "python");
  const base = pythonCommand();
  const version = await run(base, ["--version"]);
  await ensureInstalled(root, "requirements.txt", [version], async (install) => {
    log("creating");
    if (existsSync(home)) rmSync(home, { recursive: true, force: true });
    await run(base, ["-m", "venv", home]).catch((error) => {
      throw new Error(
        `${error.message}\nPython's venv module is needed (Debian and Ubuntu: apt-get install python3-venv).`,
      );
    });
    log("installing moto and zig");
    await install();
  });
}

/** What scripts/requirements-tests.txt names, into the same environment. */
export async function ensurePythonLibraries({ root, log }) {
  const environment = readFileSync(join(root, ".cache", "python", "stamp"), "utf8");
  await ensureInstalled(root, "requirements-tests.txt", [environment], async (install) => {
    log("installing Pulumi's SDKs and traced libraries");
    await install();
  });
}

/** Has `make` call `install` for a file of requirements where it, or what else the stamp is made of, has changed. */
async function ensureInstalled(root, file, parts, make) {
  const home = join(root, ".cache", "python");
  const requirements = join(root, "scripts", file);
  const stampFile = join(home, file === "requirements.txt" ? "stamp" : "libraries.stamp");
  const value = digest(...parts, readFileSync(requirements, "utf8"));
  if (isStamped(stampFile, value)) return;
  await make(async () => {
    // Not compiled here: most files are never imported, and Python compiles the others when they first are.
    const options = ["--quiet", "--disable-pip-version-check", "--no-compile"];
    await run(join(home, "bin", "python"), ["-m", "pip", "install", ...options, "-r", requirements]);
  });
  stamp(stampFile, value);
}
