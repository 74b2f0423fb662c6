import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { hasSources } from "./sources";

/** File that describes the built zips, in the same folder. */
export const manifestFileName = "manifest.json";

/** The npm package that contains the zips, if they are not built locally. */
export const layersPackage = "clickstack-lambda-layers";

/**
 * The folder with the built zips: the one in CLICKSTACK_LAYERS_DIRECTORY, otherwise `dist/layers` of a source checkout,
 * where `npm run layers:build` puts them, otherwise the npm package {@link layersPackage}.
 * @param root folder of this package.
 * @throws if they are in none of these; the message says how to get them.
 */
export function layersDirectory(root = packageRoot(__dirname)): string {
  const named = process.env.CLICKSTACK_LAYERS_DIRECTORY;
  if (named) return resolve(named);
  const built = join(root, "dist", "layers");
  if (existsSync(join(built, manifestFileName))) return built;
  const installed = installedLayers(root);
  if (installed !== undefined) return installed;
  throw new Error(
    `The extension's layers were not found: they are not built (${join(built, manifestFileName)} does not exist), and the ` +
      `npm package ${layersPackage} is not installed. ${howToGetThem(root)}`,
  );
}

/** The ways to get the layers; the one that works without a release of the package comes first. */
function howToGetThem(root: string): string {
  if (hasSources(root)) {
    return (
      `Build them: \`npm run layers:build -- --all-architectures\` in ${root} (Rust and Python are needed). ` +
      "Or set CLICKSTACK_LAYERS_DIRECTORY to a folder of layers that are already built."
    );
  }
  return (
    `Install that package (\`npm install ${layersPackage}\` in ${installationOf(root)}), or build them with ` +
    "`npm run layers:build` in a checkout of clickstack-lambda and set CLICKSTACK_LAYERS_DIRECTORY to its dist/layers."
  );
}

/** The folder of this package's package.json: the same whether this file runs as source or compiled into dist/. */
export function packageRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (dirname(folder) === folder) throw new Error(`no package.json above ${from}`);
  }
}

function installedLayers(root: string): string | undefined {
  try {
    return dirname(require.resolve(`${layersPackage}/${manifestFileName}`, { paths: [root] }));
  } catch {
    return undefined;
  }
}

/** The project that has this package in its node_modules; this package itself if it is a checkout. */
function installationOf(root: string): string {
  const parent = dirname(root);
  return parent.endsWith("node_modules") ? dirname(parent) : root;
}
