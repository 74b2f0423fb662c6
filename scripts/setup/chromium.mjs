// Makes sure that there is a browser for the tests of the page: Debian's Chromium, on PATH or installed from Debian's packages
// if this user may install them. Otherwise those tests are reported as skipped. Plain Node without dependencies.
import { existsSync } from "node:fs";
import { findOnPath } from "./onPath.mjs";
import { run } from "./run.mjs";

/** Names of Debian's browser. */
export const chromium = ["chromium", "chromium-browser"];

export async function ensureChromium({ root, log }) {
  if (findOnPath(chromium)) return;
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) {
    log("not here (Debian: apt-get install chromium): the page is not tested in a browser");
    return;
  }
  log("apt-get install chromium");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run("apt-get", ["-qq", "update"], { cwd: root, env });
    await run("apt-get", ["-qq", "install", "--yes", "--no-install-recommends", "chromium"], {
      cwd: root,
      env,
    });
  } catch (error) {
    // Without it everything else still works.
    log(`not installed: ${error.message.split("\n")[0]}`);
  }
}
