import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./tools";

/** The first program below a heading of docs/programs.md, or at the beginning of the page, unchanged. */
export function documented(heading?: string): string {
  const page = readFileSync(join(root, "docs", "programs.md"), "utf8");
  const [first, ...sections] = page.split(/^## /m);
  const section = heading === undefined ? first : sections.find((text) => text.startsWith(`${heading}\n`));
  const [, code] = /```[jt]s\n(.*?)```/s.exec(section ?? "") ?? [];
  assert.ok(code, `docs/programs.md has a program below "${heading ?? "its title"}"`);
  return code;
}
