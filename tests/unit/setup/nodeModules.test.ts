import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface NodeModules {
  isInstalled(root: string): boolean;
}

/** The set-up is plain JavaScript, since it runs before anything is installed. */
const path = "../../../scripts/setup/nodeModules.mjs";

describe("the set-up's npm packages", () => {
  let root: string;
  let isInstalled: NodeModules["isInstalled"];
  before(async () => {
    ({ isInstalled } = (await import(path)) as NodeModules);
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "node-modules-test-"));
    mkdirSync(join(root, "node_modules", "tsx"), { recursive: true });
    writeFileSync(join(root, "package.json"), JSON.stringify({ devDependencies: { tsx: "^4.0.0" } }));
    writeFileSync(join(root, "package-lock.json"), "{}");
    writeFileSync(join(root, "node_modules", ".package-lock.json"), "{}");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("are installed when they are as new as the lockfile", () => {
    assert.equal(isInstalled(root), true);
    const later = new Date(Date.now() + 60_000);
    utimesSync(join(root, "package-lock.json"), later, later);
    assert.equal(isInstalled(root), false);
  });

  it("are not installed when Pulumi has removed those for development", () => {
    rmSync(join(root, "node_modules", "tsx"), { recursive: true });
    assert.equal(isInstalled(root), false);
  });
});
