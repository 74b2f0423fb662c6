import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layerName, readBuildManifest, tracingLayerName } from "../../../layers/manifest";

describe("readBuildManifest", () => {
  let folder: string;
  const write = (content: unknown): void =>
    writeFileSync(
      join(folder, "manifest.json"),
      typeof content === "string" ? content : JSON.stringify(content),
    );
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "manifest-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("returns each built layer with the path of its zip", () => {
    writeFileSync(join(folder, "a.zip"), "zip");
    write({ formatVersion: 1, layers: { arm64: { file: "a.zip", sha256: "00", size: 3, unzippedSize: 9 } } });
    const { layers } = readBuildManifest(folder);
    assert.deepEqual(Object.keys(layers), ["arm64"]);
    assert.equal(layers.arm64?.path, join(folder, "a.zip"));
    assert.equal(layers.arm64?.unzippedSize, 9);
  });

  it("returns light tracing if the build has it, and reads older manifests", () => {
    writeFileSync(join(folder, "t.zip"), "zip");
    const tracing = { file: "t.zip", sha256: "00", size: 3, unzippedSize: 9 };
    write({ formatVersion: 1, layers: {}, tracing });
    assert.equal(readBuildManifest(folder).tracing?.path, join(folder, "t.zip"));
    write({ formatVersion: 1, layers: {} });
    assert.equal(readBuildManifest(folder).tracing, undefined);
    write({ formatVersion: 1, layers: {}, tracing: { ...tracing, file: "gone.zip" } });
    assert.throws(() => readBuildManifest(folder), /names gone\.zip, which is missing/);
  });

  it("explains how to build them if there is none", () => {
    assert.throws(
      () => readBuildManifest(folder),
      /layers are not built: .*manifest\.json.*npm run layers:build/s,
    );
  });

  it("names the zip that is missing", () => {
    write({
      formatVersion: 1,
      layers: { x86_64: { file: "gone.zip", sha256: "00", size: 3, unzippedSize: 9 } },
    });
    assert.throws(() => readBuildManifest(folder), /names gone\.zip, which is missing/);
  });

  it("rejects what is not a manifest", () => {
    write("{");
    assert.throws(() => readBuildManifest(folder), /not valid JSON/);
    write({ formatVersion: 2, layers: {} });
    assert.throws(() => readBuildManifest(folder), /not a layer manifest of format 1/);
  });

  it("names layers by AWS's word for the architecture", () => {
    assert.equal(layerName("x86_64"), "clickstack-extension-amd64");
    assert.equal(layerName("arm64", "my"), "my-arm64");
    assert.equal(tracingLayerName(), "clickstack-tracing");
    assert.equal(tracingLayerName("my"), "my-tracing");
  });
});
