import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pythonCommand } from "./prerequisites.mjs";
import { run } from "./run.mjs";
import { digest, isStamped, stamp } from "./stamp.mjs";

const uvVersion = "0.13.9";

/**
 * A private virtual environment in .cache/python with the packages of scripts/requirements.txt.
 * @throws when there is no venv module, or pip fails as well as uv.
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

/**
 * Installs by uv, in a fifth of pip's processor time; by pip where pip is configured for other indexes than PyPI, which
 * uv does not read, or where uv is not available.
 */
async function install(home, requirements) {
  const python = join(home, "bin", "python");
  // Not compiled here: most files are never imported, and Python compiles the others when they first are.
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"];
  try {
    const configuration = await run(python, ["-m", "pip", "config", "list"]);
    if (hasOwnIndex(configuration)) throw new Error("pip has an index of its own");
    await run(python, [...pip, `uv==${uvVersion}`]);
    // The machine's certificates, as pip uses them, and none of the user's settings for other projects.
    const options = ["--quiet", "--system-certs", "--no-config", "--python", python];
    await run(join(home, "bin", "uv"), ["pip", "install", ...options, "-r", requirements]);
  } catch {
    await run(python, [...pip, "-r", requirements]);
  }
}

/**
 * Whether pip takes packages from elsewhere than PyPI.
 * @param {string} configuration the output of `pip config list`, which includes variables of the environment.
 */
export function hasOwnIndex(configuration) {
  return /^[^=]*\.(index-url|extra-index-url|no-index)=/m.test(configuration);
}
