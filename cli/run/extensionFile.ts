import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LayerArchitecture, readBuildManifest } from "../../layers/manifest";
import { fileOfZip } from "../../layers/unzip";
import { UsageError } from "../plan/usageError";

/** Name of the extension and of its file, which Lambda uses as its name. */
export const extensionName = "clickstack-extension";

/** The extension's executable, until it is disposed. */
export interface ExtensionFile {
  path: string;
  dispose(): void;
}

/**
 * Unpacks the executable of the extension from the layer of this package.
 * @throws UsageError on platforms that cannot run it.
 */
export async function extensionFile(
  machine: { platform: string; arch: string } = process,
): Promise<ExtensionFile> {
  const architecture = ({ x64: "x86_64", arm64: "arm64" } as const)[machine.arch];
  if (machine.platform !== "linux" || architecture === undefined) {
    throw new UsageError(
      "`backfill` runs the extension itself, which needs Linux on x86-64 or arm64: run the command in a container, such as `docker run --rm -it -e HOME=/ -v ~/.aws:/.aws:ro node:22 npx clickstack-lambda backfill …`, or in AWS CloudShell",
    );
  }
  return unpack(architecture);
}

async function unpack(architecture: LayerArchitecture): Promise<ExtensionFile> {
  const layer = readBuildManifest().layers[architecture];
  if (layer === undefined)
    throw new Error(`the layer for ${architecture} is not built: run \`npm run layers:build\``);
  const directory = mkdtempSync(join(tmpdir(), "clickstack-backfill-"));
  const dispose = () => rmSync(directory, { recursive: true, force: true });
  const path = join(directory, extensionName);
  try {
    const content = await fileOfZip(readFileSync(layer.path), `extensions/${extensionName}`);
    if (content === undefined) throw new Error(`${layer.path} has no extensions/${extensionName}`);
    writeFileSync(path, content, { mode: 0o700 });
    return { path, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
