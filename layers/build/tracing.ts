import { tracingLayer } from "../node/bundle";
import { pythonTracingLayer } from "../python/bundle";
import type { ZipEntry } from "../zip";

/**
 * The files of light tracing for every language, as in /opt: the exec wrapper, which they share, and what it loads.
 * They contain no machine code, so they are the same for every architecture.
 * @param root of the checkout.
 * @param python the Python files. Default: the sources; those of a release are from `releasedPython`.
 */
export async function tracingFiles(
  root: string,
  python: readonly ZipEntry[] = pythonTracingLayer(root),
): Promise<ZipEntry[]> {
  const files = [...(await tracingLayer(root)), ...python];
  return [...new Map(files.map((file) => [file.name, file])).values()];
}
