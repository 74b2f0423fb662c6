import assert from "node:assert/strict";
import {
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ZipArchive } from "archiver";
import { LayerCache } from "../../../../../sandbox/lambda/isolation/layerCache";

describe("layer cache", () => {
  let directory: string;
  let cache: LayerCache;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "layer-cache-"));
    cache = new LayerCache(join(directory, "cache"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function zip(name: string, files: Record<string, string>): Promise<string> {
    const path = join(directory, name);
    const archive = new ZipArchive();
    for (const [file, text] of Object.entries(files)) archive.append(text, { name: file, mode: 0o755 });
    const written = pipeline(archive, createWriteStream(path));
    await archive.finalize();
    await written;
    return path;
  }

  it("unpacks a zip once, with modes, by its content", async () => {
    const first = await zip("a.zip", { "extensions/x": "#!/bin/sh\n", "deep/er/y": "y" });
    const unpacked = await cache.unpack(first);
    assert.equal(readFileSync(join(unpacked, "deep/er/y"), "utf8"), "y");
    assert.equal(statSync(join(unpacked, "extensions/x")).mode & 0o777, 0o755);
    writeFileSync(join(unpacked, "mark"), "");
    assert.equal(await cache.unpack(first), unpacked);
    assert.ok(readdirSync(unpacked).includes("mark"), "not unpacked again");
    assert.notEqual(await cache.unpack(await zip("b.zip", { z: "z" })), unpacked);
  });

  it("may be asked for the same zip many times at once", async () => {
    const path = await zip("a.zip", { x: "x" });
    const unpacked = await Promise.all(Array.from({ length: 5 }, () => cache.unpack(path)));
    assert.equal(new Set(unpacked).size, 1);
    assert.equal(readdirSync(join(directory, "cache")).length, 1);
  });

  it("takes directories as they are, and merges layers so that the later one wins", async () => {
    const [winner, loser] = await Promise.all([
      zip("w.zip", { "lib/both": "winner", w: "w" }).then((path) => cache.unpack(path)),
      zip("l.zip", { "lib/both": "loser", "lib/l": "l" }).then((path) => cache.unpack(path)),
    ]);
    assert.equal(await cache.unpack(winner), winner);
    const merged = await cache.merge([loser, winner]);
    assert.deepEqual(readdirSync(join(merged, "lib")).sort(), ["both", "l"]);
    assert.equal(readFileSync(join(merged, "lib/both"), "utf8"), "winner");
    assert.equal(readFileSync(join(loser, "lib/both"), "utf8"), "loser");
  });

  it("reports which file is missing or not a zip, and leaves nothing partially unpacked", async () => {
    const broken = join(directory, "broken.zip");
    writeFileSync(broken, "no zip at all");
    await assert.rejects(cache.unpack("/nowhere/layer.zip"), /\/nowhere\/layer\.zip/);
    await assert.rejects(cache.unpack(broken), /broken\.zip/);
    assert.deepEqual(readdirSync(join(directory, "cache")), []);
  });
});
