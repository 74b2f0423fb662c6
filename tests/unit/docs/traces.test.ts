import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..", "..");
const folders = ["tests/unit/layers", "tests/sandbox/layers"];

describe("docs/traces.md", () => {
  const page = readFileSync(join(root, "docs", "traces.md"), "utf8");
  const sections = page.split(/^## /m).filter((section) => section.startsWith("Reports about"));
  const reports = sections.flatMap((section) =>
    [...section.matchAll(/\]\(https:\/\/github\.com\/[^/]+\/([^/]+)\/(?:issues|pull)\/(\d+)\)/g)].map(
      ([, repository = "", number = ""]) => ({ repository, number }),
    ),
  );

  it("lists reports about other layers, each with a test that names it", () => {
    const tests = folders
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
          .filter((name) => name.endsWith(".test.ts"))
          .map((name) => readFileSync(join(root, folder, name), "utf8")),
      )
      .join("\n");
    // Several of one repository in a row: "opentelemetry-lambda 1714 and 655".
    const missing = reports.filter(
      ({ repository, number }) => !new RegExp(`\\b${repository} (\\d+ and )*${number}\\b`).test(tests),
    );
    assert.deepEqual(missing, []);
    assert.ok(new Set(reports.map((report) => Object.values(report).join(" "))).size >= 15);
  });
});
