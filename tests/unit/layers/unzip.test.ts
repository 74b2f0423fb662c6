import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileOfZip, readZip } from "../../../layers/unzip";
import { zip } from "../../../layers/zip";

/** A zip of these files with unchanged names, as other tools write them. */
async function zipped(files: Record<string, string>): Promise<Buffer> {
  const names = Object.keys(files);
  const placeholder = (name: string) => String(names.indexOf(name)).padStart(name.length, "_");
  const entries = names.map((name) => ({
    ...{ name: placeholder(name), content: Buffer.from(files[name] ?? ""), mode: 0o644 },
  }));
  const text = (await zip(entries)).toString("latin1");
  const renamed = names.reduce((all, name) => all.replaceAll(placeholder(name), () => name), text);
  return Buffer.from(renamed, "latin1");
}

describe("a file of a zip", () => {
  it("is found by its normalized path, however the zip and the caller write it", async () => {
    const bytes = await zipped({ "./.env": "A=1", "config/./dev.env": "B=2", "index.js": "" });
    const text = async (path: string) => (await fileOfZip(bytes, path))?.toString();
    assert.deepEqual(await Promise.all([".env", "./.env"].map(text)), ["A=1", "A=1"]);
    assert.equal(await text("config/dev.env"), "B=2");
    assert.equal(await text("index.js"), "");
    assert.equal(await text("missing"), undefined);
  });

  it("is the last one of a path, as after unpacking the zip", async () => {
    const bytes = await zipped({ ".env": "first", "./.env": "second" });
    const order: string[] = [];
    await readZip(bytes, ({ fileName }) => void order.push(fileName));
    const last = order.at(-1) === "./.env" ? "second" : "first";
    assert.equal((await fileOfZip(bytes, ".env"))?.toString(), last);
  });

  it("is also read from a file, and a file that is not a zip is an error", async () => {
    const directory = mkdtempSync(join(tmpdir(), "unzip-"));
    const path = join(directory, "code.zip");
    try {
      writeFileSync(path, await zipped({ "./.env": "A=1" }));
      assert.equal((await fileOfZip(path, ".env"))?.toString(), "A=1");
      writeFileSync(path, "no zip");
      await assert.rejects(fileOfZip(path, ".env"));
      await assert.rejects(fileOfZip(Buffer.from("no zip"), ".env"));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
