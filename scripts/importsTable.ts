import { readFileSync } from "node:fs";
import { join } from "node:path";
import { arrows } from "../tests/unit/arrows";

/** The page that has the table. */
export const conventionsPath = join(__dirname, "..", "docs", "contributing", "conventions.md");

const [begin, end] = ["<!-- imports -->", "<!-- /imports -->"];

/** The page with its table of imports, generated from the list of allowed arrows. */
export function withImports(page = readFileSync(conventionsPath, "utf8")): string {
  const code = (folder: string): string => `\`${folder}\``;
  const rows = Object.entries(arrows).map(
    ([folder, others]) => `| ${code(folder)} | ${others.map(code).join(", ") || "–"} |`,
  );
  const table = `${begin}\n| folder | may import |\n|---|---|\n${rows.join("\n")}\n${end}`;
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`no ${begin} … ${end} in ${conventionsPath}`);
  return `${before}${table}${after}`;
}
