import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./temporaryFolder";

/** Writes a template's inline code into a folder, as CloudFormation does: index.js or index.py. */
export function writeInlineCode(code: string, runtime: string): string {
  return writeFiles({ [runtime.startsWith("python") ? "index.py" : "index.js"]: code });
}

/**
 * Writes files into their own folder below the temporary one. The same files get the same folder, so that unchanged code is
 * recognised.
 */
export function writeFiles(files: Readonly<Record<string, string>>): string {
  const folder = join(
    temporaryFolder(),
    createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16),
  );
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}
