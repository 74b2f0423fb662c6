import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the extension is compiled from: files and folders of the checkout. */
const inputs = [
  ...["settings.json", "runtime/Cargo.toml", "runtime/Cargo.lock", "runtime/build.rs", "runtime/src"],
  ...["runtime/build/formats.rs", "runtime/log_formats.json"],
  ...["layers/compile.ts", "layers/zip.ts"],
];

/** Whether this is a checkout, from which the extension can be built; the published package has no sources of it. */
export function hasSources(root: string): boolean {
  return inputs.every((path) => existsSync(join(root, path)));
}

/** Hexadecimal SHA-256 of the names and contents of all that the extension is compiled from. */
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
  if (!/\/src$/.test(path)) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));
}
