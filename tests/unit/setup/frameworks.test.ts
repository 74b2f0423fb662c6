import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Frameworks {
  ensureFrameworks(options: { root: string; log: (text: string) => void }): Promise<void>;
}

/** The set-up is plain JavaScript, since it runs before anything is installed. */
const path = "../../../scripts/setup/frameworks.mjs";

describe("the set-up's tools of documented programs", () => {
  let root: string;
  let ensureFrameworks: Frameworks["ensureFrameworks"];
  before(async () => {
    ({ ensureFrameworks } = (await import(path)) as Frameworks);
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "frameworks-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Runs the step in a checkout whose lockfile has no packages. @returns its messages. */
  async function said(dependencies: Record<string, string>): Promise<string[]> {
    const source = join(root, "tools", "frameworks");
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, "package.json"), JSON.stringify({ dependencies }));
    const lock = { lockfileVersion: 3, packages: { "": {} } };
    writeFileSync(join(source, "package-lock.json"), JSON.stringify(lock));
    const lines: string[] = [];
    await ensureFrameworks({ root, log: (text) => lines.push(text) });
    return lines;
  }

  it("are installed once", async () => {
    assert.deepEqual(await said({}), ["npm ci"]);
    assert.ok(existsSync(join(root, ".cache/frameworks/stamp")));
    assert.deepEqual(await said({}), []);
  });

  it("leave the set-up going where npm cannot install them, and say so", async () => {
    const [, failure] = await said({ "aws-cdk-lib": "2.0.0" });
    assert.match(
      failure ?? "",
      /^not installed, tests of programs for other tools are skipped: `npm ci .*` ended with /,
    );
    assert.ok(!existsSync(join(root, ".cache/frameworks")));
  });
});
