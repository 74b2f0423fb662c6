import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..", "..");
const users = readFileSync(join(root, "docs", "reliability.md"), "utf8");
const text = readFileSync(join(root, "docs", "contributing", "reliability-tests.md"), "utf8");

/** The files below a folder whose names have this ending. */
function files(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(root, folder, name), "utf8"));
}

/** All tests: Rust's functions, including those of proptest, and mocha's titles. */
function tests(): Set<string> {
  const rust = [...files("runtime/src", ".rs"), ...files("runtime/tests", ".rs")];
  const functions = rust.flatMap((source) =>
    [...source.matchAll(/#\[(?:tokio::)?test[^\]]*\]\s*(?:async )?fn (\w+)/g)].map(([, name]) => name ?? ""),
  );
  const titles = files("tests", ".test.ts").flatMap((source) =>
    [...source.matchAll(/\bit\("((?:[^"\\]|\\.)*)"/g)].map(([, title]) => title ?? ""),
  );
  return new Set([...functions, ...titles]);
}

/** The rows of a page's tables of faults, as cells. */
function faults(page: string): string[][] {
  const parts = page.split(/^## /m).filter((part) => part.includes("| fault |"));
  const rows = parts.flatMap((part) => part.split("\n").filter((line) => line.startsWith("| ")));
  return rows.filter((row) => !row.startsWith("| fault |")).map((row) => row.slice(2, -2).split(" | "));
}

describe("docs/contributing/reliability-tests.md", () => {
  it("names tests that exist for every fault", () => {
    const known = tests();
    assert.ok(known.size > 500, "tests were found");
    assert.ok(faults(text).length > 50, "faults were found");
    for (const cells of faults(text)) {
      assert.equal(cells.length, 2, cells.join(" | "));
      const named = [...(cells[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
      assert.ok(named.length > 0, `${cells[0]} has no test`);
      for (const name of named) assert.ok(known.has(name), `${cells[0]}: there is no test ${name}`);
    }
  });

  it("has each fault once", () => {
    const names = faults(text).map(([name]) => name);
    assert.deepEqual(names, [...new Set(names)]);
  });

  it("has the faults of the user's table, in its order", () => {
    assert.deepEqual(
      faults(users).map(([name]) => name),
      faults(text).map(([name]) => name),
    );
    for (const cells of faults(users)) assert.equal(cells.length, 4, cells.join(" | "));
  });

  it("names in its text only tests that exist", () => {
    const known = tests();
    const named = [...text.matchAll(/\(`([a-z0-9]+(?:_[a-z0-9]+){2,})`\)/g)].map(([, name]) => name ?? "");
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });
});
