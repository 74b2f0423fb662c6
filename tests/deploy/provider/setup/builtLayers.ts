import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manifestFileName } from "../../../../layers/location";
import {
  type LayerArchitecture,
  layerName,
  type ManifestFile,
  tracingLayerName,
} from "../../../../layers/manifest";
import { sha256 } from "../../../../layers/sha256";
import { zip } from "../../../../layers/zip";

const variable = "CLICKSTACK_LAYERS_DIRECTORY";

/** Layers as created by a build, with a program that does nothing, for the suite that calls this. */
export interface BuiltLayers {
  /** Builds them again with different content. */
  build(content: string): Promise<void>;
  /** Builds them with different content, and copies them into a directory that the next build does not change. */
  buildApart(content: string): Promise<string>;
}

/** Creates layers before the suite and makes components use them, here and in the started providers. */
export function useBuiltLayers(
  architectures: readonly LayerArchitecture[] = ["x86_64", "arm64"],
): BuiltLayers {
  const earlier = process.env[variable];
  let directory = "";
  const build = async (content: string) => {
    const write = async (layer: string, name: string, text: string) => {
      const bytes = await zip([{ name, content: Buffer.from(text), mode: 0o755 }]);
      const file = `${layer}.zip`;
      writeFileSync(join(directory, file), bytes);
      return { file, sha256: sha256(bytes), size: bytes.length, unzippedSize: text.length };
    };
    const tracing = await write(tracingLayerName(), "clickstack-tracing", content);
    const manifest: ManifestFile = { formatVersion: 1, layers: {}, tracing };
    for (const architecture of architectures) {
      const name = "extensions/clickstack-extension";
      const layer = await write(layerName(architecture), name, `${content} ${architecture}`);
      manifest.layers[architecture] = { ...layer, tracing: true };
    }
    writeFileSync(join(directory, manifestFileName), JSON.stringify(manifest));
  };
  const apart: string[] = [];
  const buildApart = async (content: string) => {
    await build(content);
    const copy = mkdtempSync(join(tmpdir(), "layers-test-"));
    apart.push(copy);
    cpSync(directory, copy, { recursive: true });
    return copy;
  };
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "layers-test-"));
    process.env[variable] = directory;
    await build("#!/bin/sh");
  });
  after(() => {
    if (earlier === undefined) delete process.env[variable];
    else process.env[variable] = earlier;
    for (const made of [directory, ...apart]) rmSync(made, { recursive: true, force: true });
  });
  return { build, buildApart };
}
