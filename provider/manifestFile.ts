import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { checkManifest, type Manifest } from "./plan/layers";

/** Reads a manifest of published layers from a JSON file, or says why it cannot be used. */
export function readManifestFile(path: string): { manifest: Manifest } | { reason: string } {
  const absolute = resolve(path);
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(absolute, "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "is not valid JSON" : "cannot be read";
    return { reason: `${absolute} ${why} (${(error as Error).message})` };
  }
  const reason = checkManifest(manifest);
  return reason === undefined ? { manifest: manifest as Manifest } : { reason: `${absolute} ${reason}` };
}
