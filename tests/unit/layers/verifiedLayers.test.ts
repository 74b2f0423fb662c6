import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sha256 } from "../../../layers/sha256";
import { hasSources, sourcesDigest } from "../../../layers/sources";
import { readVerifiedLayers } from "../../../layers/verifiedLayers";

const root = join(__dirname, "../../..");

describe("built layers before they are published", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "verified-layers-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("must match their manifest", () => {
    const zip = Buffer.from("a zip");
    writeFileSync(join(folder, "a.zip"), zip);
    const layer = { file: "a.zip", sha256: sha256(zip), size: zip.length, unzippedSize: 9 };
    writeFileSync(
      join(folder, "manifest.json"),
      JSON.stringify({ formatVersion: 1, layers: { arm64: layer } }),
    );
    assert.equal(readVerifiedLayers(folder).layers.arm64?.sha256, layer.sha256);
    appendFileSync(join(folder, "a.zip"), "!");
    assert.throws(
      () => readVerifiedLayers(folder),
      new RegExp(`a\\.zip is not the zip that was built: .*${layer.sha256}.*again`, "s"),
    );
  });

  it("come from sources of which one changed byte is seen, and any other file is not", () => {
    assert.ok(hasSources(root));
    assert.ok(!hasSources(folder));
    const files = ["settings.json", "runtime/Cargo.toml", "runtime/Cargo.lock", "runtime/build.rs"];
    for (const path of [...files, "runtime/build/formats.rs", "runtime/log_formats.json"]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      cpSync(join(root, path), join(folder, path));
    }
    for (const path of ["runtime/src", "layers"]) {
      cpSync(join(root, path), join(folder, path), { recursive: true });
    }
    const before = sourcesDigest(folder);
    assert.equal(before, sourcesDigest(root), "the same in any folder");
    writeFileSync(join(folder, "runtime", "README.md"), "text");
    assert.equal(sourcesDigest(folder), before);
    const built = join(folder, "dist", "layers");
    mkdirSync(built, { recursive: true });
    writeFileSync(
      join(built, "manifest.json"),
      JSON.stringify({ formatVersion: 1, sources: before, layers: {} }),
    );
    readVerifiedLayers(built, folder);
    appendFileSync(join(folder, "runtime/src/main.rs"), "\n");
    assert.notEqual(sourcesDigest(folder), before);
    assert.throws(() => readVerifiedLayers(built, folder), /built from other sources.*npm run layers:build/);
  });
});
