import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pythonCommand } from "./prerequisites.mjs";
import { run } from "./run.mjs";
import { digest, isStamped, stamp } from "./stamp.mjs";

/**
 * A private virtual environment in .cache/python with the packages of scripts/requirements.txt.
 * @throws when there is no venv module, or pip fails.
 */
export async function ensurePython({ root, log }) {
  const home = join(root, ".cache", "python");
  const requirements = join(root, "scripts", "requirements.txt");
  const base = pythonCommand();
  const value = digest(await run(base, ["--version"]), readFileSync(requirements, "utf8"));
  const file = join(home, "stamp");
  if (isStamped(file, value)) return;
  log("creating");
  if (existsSync(home)) rmSync(home, { recursive: true, force: true });
  await run(base, ["-m", "venv", home]).catch((error) => {
    throw new Error(
      `${error.message}\nPython's venv module is needed (Debian and Ubuntu: apt-get install python3-venv).`,
    );
  });
  log("installing moto and zig");
  await install(home, requirements);
  stamp(file, value);
}

/**
 * Installs the packages of scripts/requirements-tests.txt into the same environment, which also contains their stamp.
 */
export async function ensurePythonLibraries({ root, log }) {
  const home = join(root, ".cache", "python");
  const requirements = join(root, "scripts", "requirements-tests.txt");
  const value = digest(readFileSync(requirements, "utf8"));
  const file = join(home, "libraries.stamp");
  if (isStamped(file, value)) return;
  log("installing Pulumi's SDKs and traced libraries");
  await install(home, requirements);
  stamp(file, value);
}

function install(home, requirements) {
  // Not compiled here: most files are never imported, and Python compiles the others when they first are.
  const options = ["--quiet", "--disable-pip-version-check", "--no-compile"];
  return run(join(home, "bin", "python"), ["-m", "pip", "install", ...options, "-r", requirements]);
}
