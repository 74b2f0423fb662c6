import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "./location";
import { type BuildManifest, builtLayers, readBuildManifest } from "./manifest";
import { sha256 } from "./sha256";
import { hasSources, sourcesDigest } from "./sources";

/**
 * The built layers, ready to be published: each zip matches its manifest, and a checkout's zips were built from its
 * current sources.
 * @param directory folder of the zips. Default: where they are found, see `layersDirectory`.
 * @param root folder of this package.
 * @throws if a zip was damaged or changed, or a source was changed after the build; the message says how to fix it.
 */
export function readVerifiedLayers(directory?: string, root = packageRoot(__dirname)): BuildManifest {
  const manifest = readBuildManifest(directory);
  for (const { path, sha256: expected } of builtLayers(manifest)) {
    const found = sha256(readFileSync(path));
    if (found === expected) continue;
    throw new Error(
      `${path} is not the zip that was built: its SHA-256 is ${found}, its manifest says ${expected}. ` +
        "Build or install the layers again.",
    );
  }
  const isBuiltHere = manifest.directory === join(root, "dist", "layers");
  if (isBuiltHere && manifest.sources && hasSources(root) && manifest.sources !== sourcesDigest(root)) {
    throw new Error(
      `${manifest.directory} was built from other sources than runtime/ and layers/ hold now. ` +
        "Run `npm run layers:build` again (with `-- --all-architectures` for both architectures).",
    );
  }
  return manifest;
}
