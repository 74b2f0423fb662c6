import { tracingLayer } from "../node/bundle";
import { pythonTracingLayer } from "../python/bundle";
import type { ZipEntry } from "../zip";

/**
 * The files of light tracing for every language, as they lie in /opt: the exec wrapper, which they have in common, and what
 * it loads. They hold no machine code, so that they are the same for every architecture.
 * @param root of the checkout.
 */
export async function tracingFiles(root: string): Promise<ZipEntry[]> {
  const files = [...(await tracingLayer(root)), ...pythonTracingLayer(root)];
  return [...new Map(files.map((file) => [file.name, file])).values()];
}
