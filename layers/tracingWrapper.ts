import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ZipEntry } from "./zip";

/**
 * The exec wrapper of the tracing layers, one for all languages: `AWS_LAMBDA_EXEC_WRAPPER=/opt/clickstack-tracing`.
 * @param root of the checkout.
 */
export function tracingWrapper(root: string): ZipEntry {
  const name = "clickstack-tracing";
  return { name, content: readFileSync(join(root, "layers", name)), mode: 0o755 };
}
