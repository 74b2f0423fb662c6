// Puts the Node.js versions that functions run on, and that this machine may not have, next to the runtime interface
// clients: .cache/lambda-runtimes/node24 and so on. The local Lambda runs nodejs24.x with it, and so on.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpackNpmPackage } from "./npmPackage.mjs";
import { digest, isStamped, stamp } from "./stamp.mjs";

/** The npm packages with Node.js executables, by platform. */
const versions = {
  "24.22.3": {
    x64: "sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==",
    arm64: "sha512-IZx0J52/1NDwAsY2iyWR9nlPIYuYviTWetjj8+ElvYQh2+XRhLfCfkbFEF/2O5vGI2hcUbyPNHV+nz342FbJXw==",
  },
  "26.12.1": {
    x64: "sha512-jk5LMAmgHlPlPMWpsUrSOqNaEZG+11UNd35hWQ+p5/XGaelWuTqJ69IcAy/5xtPPN4d5ZRBNOGB6gLMCh2kL9A==",
    arm64: "sha512-8Oxs6Y7rDcKufVIM/zYRSwytj46WOrZk7yFCLTKDcs17bBjAeD9HMAqo97hMfMyxozIud0S4vZCs5WB/3iavNQ==",
  },
};

/** Makes sure that they exist.
 * @param {{ root: string, log: (text: string) => void }} options `root` is the checkout.
 */
export async function ensureNodeVersions({ root, log }) {
  for (const [version, integrities] of Object.entries(versions)) {
    const integrity = integrities[process.arch];
    const directory = join(root, ".cache", "lambda-runtimes", `node${version.split(".")[0]}`);
    if (integrity === undefined || isStamped(join(directory, "stamp"), digest(integrity))) continue;
    log(`Node.js ${version}`);
    const work = mkdtempSync(join(tmpdir(), "node-version-"));
    try {
      const name = `node-linux-${process.arch}`;
      const unpacked = await unpackNpmPackage({ name, version, integrity }, work);
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory, { recursive: true });
      cpSync(join(unpacked, "bin", "node"), join(directory, "node"));
      cpSync(join(unpacked, "LICENSE"), join(directory, "LICENSE"));
      stamp(join(directory, "stamp"), digest(integrity));
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
}
