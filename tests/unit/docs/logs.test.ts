import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { logsPagePath, makeLogsPage } from "../../../scripts/logsPage";

describe("docs/logs.md", () => {
  const page = readFileSync(logsPagePath, "utf8");

  it("is what npm run docs generates from the extension's tables and cases", () => {
    assert.equal(page, makeLogsPage(), "run npm run docs");
  });

  it("has every language, and rows that are whole", () => {
    for (const title of ["Node.js", "Python", "Java and Kotlin", ".NET", "Ruby", "Go", "Rust", "PHP"]) {
      assert.ok(page.includes(`\n## ${title}\n`), title);
    }
    const rows = page.split("\n").filter((line) => line.startsWith("| "));
    assert.ok(rows.length > 170, `${rows.length} rows`);
    for (const row of rows) assert.match(row, /\|$/);
  });
});
