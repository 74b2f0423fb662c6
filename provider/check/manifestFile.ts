import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { checkManifest, type PublishedLayersView } from "../plan/layers/choice";

/** Reads a manifest of published layers from a JSON file, or returns why it cannot be used. */
export function readManifestFile(path: string): { manifest: PublishedLayersView } | { reason: string } {
  const absolute = resolve(path);
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(absolute, "utf8"));
  } catch (error) {
    return { reason: `${absolute} ${whyNot(error as NodeJS.ErrnoException)}` };
  }
  const reason = checkManifest(manifest);
  return reason === undefined
    ? { manifest: manifest as PublishedLayersView }
    : { reason: `${absolute} ${reason}` };
}

function whyNot(error: NodeJS.ErrnoException): string {
  const write =
    "create it with `pulumi stack output manifest --json` in the project that publishes the layers";
  // Without the parser's message, which quotes the content: it may be a different file that contains keys.
  if (error instanceof SyntaxError) return `is not valid JSON: ${write}`;
  return error.code === "ENOENT" ? `is missing: ${write}` : `cannot be read (${error.message})`;
}
