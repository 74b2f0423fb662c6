import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sourcesOfDev } from "../../../dev/pack";

const root = join(__dirname, "..", "..", "..");
const manifest = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

describe("the npm package of dev", () => {
  const packed = manifest("dev/npm/package.json");
  const own = manifest("package.json");
  /** Packages that only run in a checkout, and packages that are found by their folder (sandbox/lambda/isolation/awsSdk.ts). */
  const [onlyInCheckout, byFolder] = [["tsx"], ["@aws-sdk/client-sqs"]];

  it("depends on what its sources import, and on clickstack-lambda in the same version", async () => {
    const { packages } = await sourcesOfDev();
    assert.deepEqual(
      Object.keys(packed.dependencies).sort(),
      [...packages.filter((name) => !onlyInCheckout.includes(name)), ...byFolder, "clickstack-lambda"].sort(),
    );
    assert.equal(packed.version, own.version);
    assert.equal(packed.dependencies["clickstack-lambda"], own.version);
  });

  it("asks for the versions that the tests run with", () => {
    const { "clickstack-lambda": _, ...others } = packed.dependencies;
    const tested = { ...own.devDependencies, ...own.dependencies };
    assert.deepEqual(others, Object.fromEntries(Object.keys(others).map((name) => [name, tested[name]])));
  });
});
