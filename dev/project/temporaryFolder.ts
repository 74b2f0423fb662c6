import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let made: string | undefined;

/** A folder for files generated from a project's files; created on first use, see {@link removeTemporaryFolder}. */
export function temporaryFolder(): string {
  made ??= mkdtempSync(join(tmpdir(), "clickstack-dev-"));
  return made;
}

/** Removes the folder; called when no function runs any more. */
export function removeTemporaryFolder(): void {
  if (made !== undefined) rmSync(made, { recursive: true, force: true });
  made = undefined;
}
