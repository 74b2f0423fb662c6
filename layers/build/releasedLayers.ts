import type { BuildManifest } from "../manifest";
import { type BuildOptions, buildLayers } from "./buildLayers";
import { releasedPython } from "./releasedPython";
import { squeezed } from "./squeezed";

/**
 * Builds the layers as they are published: with compiled Python code, and as small as zips get.
 * @throws if `node scripts/setup.mjs layers` has not installed the Python compilers and zopfli.
 */
export async function buildReleasedLayers(
  options: Omit<BuildOptions, "python" | "squeeze">,
): Promise<BuildManifest> {
  const { root, log } = options;
  const python = await releasedPython(root, log);
  return buildLayers({ ...options, python, squeeze: (zip) => squeezed(root, zip) });
}
