import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let made: string | undefined;

/** A folder for what is made of a project's files; made on first use, see {@link removeTemporaryFolder}. */
export function temporaryFolder(): string {
  made ??= mkdtempSync(join(tmpdir(), "clickstack-dev-"));
  return made;
}

/** Removes the folder, when no function runs any more. */
export function removeTemporaryFolder(): void {
  if (made !== undefined) rmSync(made, { recursive: true, force: true });
  made = undefined;
}
