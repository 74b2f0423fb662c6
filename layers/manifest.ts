import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { layersDirectory, layersPackage, manifestFileName } from "./location";

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
  /** Size of its files when unpacked, which counts towards Lambda's 250 MB. */
  unzippedSize: number;
}

/** A built layer of the extension for one architecture. */
export interface ExtensionArtifact extends LayerArtifact {
  /** Whether it also contains light tracing; absent in builds older than light tracing. */
  tracing?: boolean;
}

/** A built layer with the absolute path of its zip. */
export type LocatedLayer<Artifact = LayerArtifact> = Artifact & { path: string };

/** The layers of one build. An architecture that was not built is absent. */
export interface BuildManifest {
  directory: string;
  /** SHA-256 of the sources that the zips were built from, if the build recorded it. */
  sources?: string;
  /** The extension with light tracing, by architecture. */
  layers: Partial<Record<LayerArchitecture, LocatedLayer<ExtensionArtifact>>>;
  /** Only light tracing, for every architecture; absent in builds older than light tracing. */
  tracing?: LocatedLayer;
}

/** The manifest's JSON form. Optional fields are ignored by readers that do not support them. */
export interface ManifestFile {
  formatVersion: 1;
  /** SHA-256 of the sources that the zips were built from, see `sourcesDigest`. */
  sources?: string;
  layers: Partial<Record<LayerArchitecture, ExtensionArtifact>>;
  tracing?: LayerArtifact;
}

/**
 * The layer name for an architecture. AWS's own layers call x86_64 "amd64", and so does this one, so that the name in
 * the console shows the contents.
 */
export function layerName(architecture: LayerArchitecture, prefix = "clickstack-extension"): string {
  return `${prefix}-${architecture === "x86_64" ? "amd64" : "arm64"}`;
}

/** The layer name for only light tracing. */
export function tracingLayerName(prefix = "clickstack"): string {
  return `${prefix}-tracing`;
}

/** Every layer of a build. */
export function builtLayers({ layers, tracing }: BuildManifest): LocatedLayer[] {
  return [...Object.values(layers), ...(tracing ? [tracing] : [])];
}

/**
 * Reads the manifest of the built layers.
 * @throws if there is none, it cannot be read, or a zip that it names is missing; the message says how to build them.
 */
export function readBuildManifest(directory: string = layersDirectory()): BuildManifest {
  const path = join(directory, manifestFileName);
  if (!existsSync(path)) {
    throw new Error(
      `The extension's layers are not built: ${path} does not exist. Run \`npm run layers:build\` in the checkout that ` +
        `has this folder, or unset CLICKSTACK_LAYERS_DIRECTORY to use the npm package ${layersPackage}.`,
    );
  }
  const manifest = parseManifest(readFileSync(path, "utf8"), path);
  const located = <Artifact extends LayerArtifact>(artifact: Artifact): LocatedLayer<Artifact> => {
    const zip = join(directory, artifact.file);
    if (existsSync(zip)) return { ...artifact, path: zip };
    throw new Error(`${path} names ${artifact.file}, which is missing. Run \`npm run layers:build\` again.`);
  };
  const layers: BuildManifest["layers"] = {};
  for (const architecture of layerArchitectures) {
    const artifact = manifest.layers[architecture];
    if (artifact) layers[architecture] = located(artifact);
  }
  const { sources, tracing } = manifest;
  return { directory, sources, layers, ...(tracing && { tracing: located(tracing) }) };
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
