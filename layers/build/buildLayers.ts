import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileExtension, extensionName } from "../compile";
import { manifestFileName } from "../location";
import {
  type BuildManifest,
  type LayerArchitecture,
  type LayerArtifact,
  layerName,
  type ManifestFile,
  readBuildManifest,
  tracingLayerName,
} from "../manifest";
import { sha256 } from "../sha256";
import { sourcesDigest } from "../sources";
import { type ZipEntry, zip } from "../zip";
import { tracingFiles } from "./tracing";

/** What to build and where. */
export interface BuildOptions {
  /** Root folder of the checkout. */
  root: string;
  architectures: readonly LayerArchitecture[];
  /** Folder of the zips. Default: dist/layers of the checkout. */
  directory?: string;
  /** The released Python files, from `releasedPython`. Default: the sources, which each environment then compiles. */
  python?: readonly ZipEntry[];
  /** Makes a zip smaller. Default: unchanged. */
  squeeze?: (zip: Buffer) => Promise<Buffer>;
  log?: (detail: string) => void;
  /** Ends the build early. */
  signal?: AbortSignal;
}

/**
 * Compiles the extension for each architecture and zips it with light tracing as a Lambda layer, and light tracing
 * separately as another, with a manifest in the same folder. The manifest is written last and atomically, so a reader
 * never sees an incomplete set.
 */
export async function buildLayers({
  root,
  architectures,
  directory = join(root, "dist", "layers"),
  python,
  squeeze = async (bytes) => bytes,
  log = () => {},
  signal,
}: BuildOptions): Promise<BuildManifest> {
  mkdirSync(directory, { recursive: true });
  const tracing = await tracingFiles(root, python);
  const write = async (name: string, entries: readonly ZipEntry[]): Promise<LayerArtifact> =>
    writeLayer(directory, name, entries, await squeeze(await zip(entries)));
  const manifest: ManifestFile = {
    formatVersion: 1,
    sources: sourcesDigest(root),
    layers: {},
    tracing: await write(tracingLayerName(), tracing),
  };
  for (const architecture of architectures) {
    const binary = await compileExtension({ root, architecture, log, signal });
    log(`zipping ${architecture}`);
    const extension = { name: `extensions/${extensionName}`, content: binary, mode: 0o755 };
    const layer = await write(layerName(architecture), [extension, ...tracing]);
    manifest.layers[architecture] = { ...layer, tracing: true };
  }
  replaceFile(join(directory, manifestFileName), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return readBuildManifest(directory);
}

function writeLayer(
  directory: string,
  name: string,
  entries: readonly ZipEntry[],
  bytes: Buffer,
): LayerArtifact {
  const file = `${name}.zip`;
  replaceFile(join(directory, file), bytes);
  return {
    file,
    sha256: sha256(bytes),
    size: bytes.length,
    unzippedSize: entries.reduce((sum, { content }) => sum + content.length, 0),
  };
}

function replaceFile(path: string, content: Buffer): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}
