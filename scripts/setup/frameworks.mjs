// Installs the tools for which the documentation shows programs and snippets (tools/frameworks) into .cache/frameworks,
// from a separate lockfile, since users of the package do not need them. Plain Node without dependencies.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";
import { digest, isStamped, stamp } from "./stamp.mjs";

const files = ["package.json", "package-lock.json"];

/**
 * Does nothing if they are installed. Without them everything else still works: their tests are skipped.
 * @param {{ root: string, log: (text: string) => void }} options `root` is the checkout.
 */
export async function ensureFrameworks({ root, log }) {
  const source = join(root, "tools", "frameworks");
  const home = join(root, ".cache", "frameworks");
  const value = digest(...files.map((file) => readFileSync(join(source, file), "utf8")));
  const stampFile = join(home, "stamp");
  if (isStamped(stampFile, value)) return;
  log("npm ci");
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  for (const file of files) copyFileSync(join(source, file), join(home, file));
  try {
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: home });
    stamp(stampFile, value);
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    const [reason] = error.message.split("\n");
    log(`not installed, tests of programs for other tools are skipped: ${reason}`);
  }
}
