import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** A processor architecture as AWS Lambda names it. */
export type LayerArchitecture = "x86_64" | "arm64";

/** Every architecture the extension is built for, in the order they are listed. */
export const layerArchitectures: readonly LayerArchitecture[] = ["x86_64", "arm64"];

/** One built layer zip. Sizes are in bytes. */
export interface LayerArtifact {
  /** File name of the zip, next to the manifest. */
  file: string;
  /** Hexadecimal SHA-256 of the zip. */
  sha256: string;
  /** Size of the zip. */
  size: number;
  /** Size of its files when unpacked, which is what counts against Lambda's 250 MB. */
  unzippedSize: number;
}

/** A built layer with the absolute path of its zip. */
export interface LocatedLayer extends LayerArtifact {
  path: string;
}

/** The layers of one build, by architecture. An architecture that was not built is absent. */
export interface LayerManifest {
  directory: string;
  layers: Partial<Record<LayerArchitecture, LocatedLayer>>;
}

/** The manifest's JSON form. */
export interface ManifestFile {
  formatVersion: 1;
  layers: Partial<Record<LayerArchitecture, LayerArtifact>>;
}

export const manifestFileName = "manifest.json";

/**
 * The layer name that an architecture is published under. AWS's own layers call x86_64 "amd64"; so do we, so that
 * a name read in the console says what it holds.
 */
export function layerName(architecture: LayerArchitecture, prefix = "clickstack-extension"): string {
  return `${prefix}-${architecture === "x86_64" ? "amd64" : "arm64"}`;
}

/** Where `npm run layers:build` puts its zips: `dist/layers` of this package, or CLICKSTACK_LAYERS_DIRECTORY. */
export function layersDirectory(): string {
  const named = process.env.CLICKSTACK_LAYERS_DIRECTORY;
  return named ? resolve(named) : join(packageRoot(__dirname), "dist", "layers");
}

/**
 * Reads the manifest of the built layers.
 * @throws when there is none, it cannot be read, or a zip that it names is missing; the message says how to build them.
 */
export function readLayerManifest(directory: string = layersDirectory()): LayerManifest {
  const path = join(directory, manifestFileName);
  if (!existsSync(path)) {
    throw new Error(
      `The extension's layers are not built: ${path} does not exist. Run \`npm run layers:build\` in the ` +
        "clickstack-lambda checkout, or set CLICKSTACK_LAYERS_DIRECTORY to a folder that holds the built zips.",
    );
  }
  const manifest = parseManifest(readFileSync(path, "utf8"), path);
  const layers: LayerManifest["layers"] = {};
  for (const architecture of layerArchitectures) {
    const artifact = manifest.layers[architecture];
    if (!artifact) continue;
    const zip = join(directory, artifact.file);
    if (!existsSync(zip))
      throw new Error(
        `${path} names ${artifact.file}, which is missing. Run \`npm run layers:build\` again.`,
      );
    layers[architecture] = { ...artifact, path: zip };
  }
  return { directory, layers };
}

function parseManifest(text: string, path: string): ManifestFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(
      `${path} is not valid JSON (${(error as Error).message}). Run \`npm run layers:build\` again.`,
    );
  }
  const manifest = parsed as Partial<ManifestFile>;
  if (manifest.formatVersion !== 1 || typeof manifest.layers !== "object" || manifest.layers === null) {
    throw new Error(`${path} is not a layer manifest of format 1. Run \`npm run layers:build\` again.`);
  }
  return manifest as ManifestFile;
}

/** The folder of this package's package.json: the same whether this file runs as source or compiled into dist/. */
function packageRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (dirname(folder) === folder) throw new Error(`no package.json above ${from}`);
  }
}
