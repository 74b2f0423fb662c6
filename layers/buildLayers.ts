import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileExtension, extensionName } from "./compile";
import { manifestFileName } from "./location";
import {
  type BuildManifest,
  type LayerArchitecture,
  layerName,
  type ManifestFile,
  readBuildManifest,
} from "./manifest";
import { sha256 } from "./sha256";
import { sourcesDigest } from "./sources";
import { zip } from "./zip";

/** What to build and where. */
export interface BuildOptions {
  /** Root folder of the checkout. */
  root: string;
  architectures: readonly LayerArchitecture[];
  /** Folder of the zips. Default: dist/layers of the checkout. */
  directory?: string;
  log?: (detail: string) => void;
  /** Ends the build early. */
  signal?: AbortSignal;
}

/**
 * Compiles the extension for each architecture and zips it as a Lambda layer, with a manifest beside the zips. The
 * manifest is written last and at once, so a reader never sees a half-built set.
 */
export async function buildLayers({
  root,
  architectures,
  directory = join(root, "dist", "layers"),
  log = () => {},
  signal,
}: BuildOptions): Promise<BuildManifest> {
  mkdirSync(directory, { recursive: true });
  const manifest: ManifestFile = { formatVersion: 1, sources: sourcesDigest(root), layers: {} };
  for (const architecture of architectures) {
    const binary = await compileExtension({ root, architecture, log, signal });
    log(`zipping ${architecture}`);
    const bytes = await zip([{ name: `extensions/${extensionName}`, content: binary, mode: 0o755 }]);
    const file = `${layerName(architecture)}.zip`;
    replaceFile(join(directory, file), bytes);
    manifest.layers[architecture] = {
      file,
      sha256: sha256(bytes),
      size: bytes.length,
      unzippedSize: binary.length,
    };
  }
  replaceFile(join(directory, manifestFileName), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return readBuildManifest(directory);
}

function replaceFile(path: string, content: Buffer): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}
