import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { prepared, preparedFiles } from "../../../../scripts/release/prepared";

const root = join(__dirname, "../../../..");
const files = Object.fromEntries(preparedFiles.map((path) => [path, readFileSync(join(root, path), "utf8")]));
const today = "2030-01-02";
const version = "987.6.5";

/** The lines that differ, without the common ones. */
function changedLines(path: string): [string, string][] {
  const after = (prepared(files, version, today)[path] ?? "").split("\n");
  return (files[path] ?? "").split("\n").flatMap((line, index) => {
    const now = after[index] ?? "";
    return now === line ? [] : [[line.trim(), now.trim()] as [string, string]];
  });
}

describe("the preparation of a release", () => {
  it("sets the version of the packages and the extension, and nothing else", () => {
    const counts = { "package-lock.json": 2, "dev/npm/package.json": 2 } as Record<string, number>;
    for (const path of preparedFiles.filter((file) => file !== "CHANGELOG.md")) {
      const changed = changedLines(path);
      assert.equal(changed.length, counts[path] ?? 1, path);
      for (const [before, after] of changed) assert.equal(after, before.replace(/\d+\.\d+\.\d+/, version));
    }
    const { packages } = JSON.parse(prepared(files, version, today)["package-lock.json"] ?? "");
    assert.equal(packages[""].version, version);
  });

  it("gives the changelog's unreleased lines to the version", () => {
    const before = files["CHANGELOG.md"] ?? "";
    const after = prepared(files, version, today)["CHANGELOG.md"] ?? "";
    assert.equal(after.replace(`\n## [${version}] - ${today}\n`, ""), before);
    assert.ok(after.includes(`## [Unreleased]\n\n## [${version}] - ${today}\n`));
  });

  it("refuses what can't be released", () => {
    const changelog = (text: string) => ({ ...files, "CHANGELOG.md": text });
    assert.throws(
      () => prepared(files, "1.2", today),
      /must be three numbers such as 1\.2\.3 \(got "1\.2"\)/,
    );
    const released = changelog("# Changelog\n\n## [Unreleased]\n- new\n\n## [0.1.0] - 2026-01-01\n- old\n");
    assert.throws(() => prepared(released, "0.1.0", today), /must be later than 0\.1\.0 \(got 0\.1\.0\)/);
    assert.throws(
      () => prepared(changelog("# Changelog\n\n## [Unreleased]\n\n## [0.0.9]\n- old\n"), version, today),
      /nothing under "## \[Unreleased\]"/,
    );
    assert.throws(() => prepared(changelog("# Changelog\n"), version, today), /no section/);
    assert.throws(() => prepared({}, version, today), /package\.json is missing/);
  });
});
