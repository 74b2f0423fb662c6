// Downloads one package from npm, at a pinned version.
import { join } from "node:path";
import { run } from "./run.mjs";

/**
 * @param name of the package. @param directory where it is unpacked.
 * @returns the folder of the package in `directory`. @throws when its hash is not the pinned one.
 */
export async function unpackNpmPackage({ name, version, integrity }, directory) {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const [packed] = JSON.parse(await run(npm, ["pack", `${name}@${version}`, "--json"], { cwd: directory }));
  if (packed.integrity !== integrity) {
    throw new Error(
      `${name}@${version} has the integrity ${packed.integrity}, not the pinned ${integrity}; not used`,
    );
  }
  await run("tar", ["-xzf", packed.filename], { cwd: directory });
  return join(directory, "package");
}
