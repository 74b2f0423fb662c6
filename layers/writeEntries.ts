import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ZipEntry } from "./zip";

/** Writes the files of a layer into a directory, as Lambda would unpack its zip into /opt. */
export function writeEntries(entries: readonly ZipEntry[], directory: string): void {
  for (const { name, content, mode } of entries) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content, { mode });
  }
}
