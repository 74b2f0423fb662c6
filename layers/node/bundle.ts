import { join } from "node:path";
import { build } from "esbuild";
import { tracingWrapper } from "../tracingWrapper";
import { writeEntries } from "../writeEntries";
import type { ZipEntry } from "../zip";

/** The oldest Lambda Node.js runtime on which functions may still run. */
const TARGET = "node18";

/**
 * The files of the tracing layer for Node.js, as in /opt: an exec wrapper, the module that the runtime loads, and
 * everything else in one CommonJS file.
 * @param root of the checkout.
 */
export async function tracingLayer(root: string): Promise<ZipEntry[]> {
  const source = join(root, "layers", "node");
  const file = (name: string, content: Buffer): ZipEntry => ({ name, content, mode: 0o644 });
  const [layer, handler] = await Promise.all([
    bundled(source, "main.ts", "cjs"),
    bundled(source, "handler.mts", "esm"),
  ]);
  return [
    tracingWrapper(root),
    file("clickstack/node/layer.cjs", layer),
    file("clickstack/node/handler.mjs", handler),
  ];
}

/** Writes the tracing layer's files into a directory, as Lambda unpacks them into /opt. */
export async function writeTracingLayer(root: string, directory: string): Promise<void> {
  writeEntries(await tracingLayer(root), directory);
}

async function bundled(source: string, name: string, format: "cjs" | "esm"): Promise<Buffer> {
  const { outputFiles } = await build({
    absWorkingDir: source,
    entryPoints: [name],
    bundle: format === "cjs",
    write: false,
    platform: "node",
    format,
    target: TARGET,
    minify: true,
    keepNames: false,
    legalComments: "none",
    charset: "utf8",
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${name}`);
  return Buffer.from(output.contents);
}
