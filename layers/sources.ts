import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What the layers are built from: files and folders of the checkout. */
const inputs = [
  ...["settings.json", "runtime/Cargo.toml", "runtime/Cargo.lock", "runtime/build.rs", "runtime/src"],
  ...["runtime/build/formats.rs", "runtime/log_formats.json"],
  ...["layers/compile.ts", "layers/zip.ts", "layers/build", "layers/node"],
  ...["layers/clickstack-tracing", "layers/python"],
];

/**
 * Whether this is a checkout, from which the extension can be built; the published package does not contain its
 * sources.
 */
export function hasSources(root: string): boolean {
  return inputs.every((path) => existsSync(join(root, path)));
}

/** Hexadecimal SHA-256 of the names and contents of everything that the layers are built from. */
export function sourcesDigest(root: string): string {
  const hash = createHash("sha256");
  for (const file of inputs.flatMap((path) => filesOf(root, path)).sort()) {
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(root, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

function filesOf(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));
}
