import { tracingLayer } from "../node/bundle";
import { pythonTracingLayer } from "../python/bundle";
import type { ZipEntry } from "../zip";

/**
 * The files of light tracing for every language, as in /opt: the exec wrapper, which they share, and what it loads.
 * They contain no machine code, so they are the same for every architecture.
 * @param root of the checkout.
 * @param compiled code of the Python files for some versions of Python, which saves each environment the compilation.
 */
export async function tracingFiles(root: string, compiled: readonly ZipEntry[] = []): Promise<ZipEntry[]> {
  const files = [...(await tracingLayer(root)), ...pythonTracingLayer(root), ...compiled];
  return [...new Map(files.map((file) => [file.name, file])).values()];
}
