import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pythonCommand } from "./prerequisites.mjs";
import { run } from "./run.mjs";
import { digest, isStamped, stamp } from "./stamp.mjs";

/** A private virtual environment in .cache/python with what scripts/requirements.txt names. */
export async function ensurePython({ root, log }) {
  const home = join(root, ".cache", "python");
  const requirements = join(root, "scripts", "requirements.txt");
  const base = pythonCommand();
  const version = await run(base, ["--version"]);
  const value = digest(version, readFileSync(requirements, "utf8"));
  const file = join(home, "stamp");
  if (isStamped(file, value)) return;
  log("creating");
  if (existsSync(home)) rmSync(home, { recursive: true, force: true });
  await run(base, ["-m", "venv", home]).catch((error) => {
    throw new Error(
      `${error.message}\nPython's venv module is needed (Debian and Ubuntu: apt-get install python3-venv).`,
    );
  });
  log("installing moto, pulumi, zig");
  await run(join(home, "bin", "python"), [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "-r",
    requirements,
  ]);
  stamp(file, value);
}
