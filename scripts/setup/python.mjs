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
  await installUv(home);
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

/** pip's arguments. Not compiled here: most files are never imported, and Python compiles the others when they first are. */
const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"];

/** Adds uv to a new environment, unless pip has indexes of its own, which uv does not read, or there is no uv. */
async function installUv(home) {
  const python = join(home, "bin", "python");
  if (hasOwnIndex(await run(python, ["-m", "pip", "config", "list"]))) return;
  await run(python, [...pip, `uv==${uvVersion}`]).catch(() => {});
}

/** Installs by uv if the environment has it, in a fifth of pip's processor time; otherwise, or if uv fails, by pip. */
async function install(home, requirements) {
  const [python, uv] = ["python", "uv"].map((name) => join(home, "bin", name));
  const byPip = () => run(python, [...pip, "-r", requirements]);
  if (!existsSync(uv)) return byPip();
  // The machine's certificates, as pip uses them, and none of the user's settings for other projects.
  const options = ["--quiet", "--system-certs", "--no-config", "--python", python];
  return run(uv, ["pip", "install", ...options, "-r", requirements]).catch(byPip);
}

/**
 * Whether pip takes packages from elsewhere than PyPI.
 * @param {string} configuration the output of `pip config list`, which includes variables of the environment.
 */
export function hasOwnIndex(configuration) {
  return /^[^=]*\.(index-url|extra-index-url|no-index)=/m.test(configuration);
}
