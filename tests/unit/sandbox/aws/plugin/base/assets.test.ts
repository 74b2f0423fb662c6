import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zip } from "../../../../../../layers/zip";
import { archiveBytes } from "../../../../../../sandbox/aws/plugin/base/assets";

const signature = "4dabf18193072939515e22adb298388d";
const archive = (more: object) => ({ [signature]: "0def7320c3a5731c473e5ecbe6d01bc7", ...more });
const asset = (more: object) => ({ [signature]: "c44067f5952c0a294b673a41bacd8c17", hash: "h", ...more });

describe("archives of the embedded provider", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "assets-test-"));
    await mkdir(join(directory, "tree/inner"), { recursive: true });
    await writeFile(join(directory, "tree/b.js"), "b");
    await writeFile(join(directory, "tree/inner/a.js"), "a");
  });
  after(() => rm(directory, { recursive: true }));
  const entry = (name: string, content: string) => ({ name, content: Buffer.from(content), mode: 0o644 });

  it("zip directories, texts, files and archives within archives, the same every time", async () => {
    const tree = archive({ path: join(directory, "tree") });
    assert.deepEqual(
      await archiveBytes(tree, "/"),
      await zip([entry("b.js", "b"), entry("inner/a.js", "a")]),
    );
    const mixed = archive({
      assets: {
        "t.txt": asset({ text: "text" }),
        "empty.txt": asset({}),
        "f.js": asset({ path: join(directory, "tree/b.js") }),
        lib: tree,
      },
    });
    const expected = [
      entry("t.txt", "text"),
      entry("empty.txt", ""),
      entry("f.js", "b"),
      entry("lib/b.js", "b"),
      entry("lib/inner/a.js", "a"),
    ];
    assert.deepEqual(await archiveBytes(mixed, "/"), await zip(expected));
  });

  it("take a zip as it is", async () => {
    const path = join(directory, "made.zip");
    const bytes = await zip([{ ...entry("extensions/x", "x"), mode: 0o755 }]);
    await writeFile(path, bytes);
    assert.deepEqual(await archiveBytes(archive({ path }), "/"), bytes);
  });

  it("refuse unsupported kinds", async () => {
    const path = join(directory, "made.tar");
    await writeFile(path, "not a zip");
    await assert.rejects(archiveBytes(archive({ path }), "/"), /made\.tar is not a zip/);
    await assert.rejects(archiveBytes(archive({ uri: "https://x/y.zip" }), "/"), /only paths and assets/);
    await assert.rejects(
      archiveBytes(archive({ assets: { a: asset({ uri: "https://x" }) } }), "/"),
      /asset a: only strings and paths/,
    );
    await assert.rejects(archiveBytes("text", "/"), /expected an archive/);
  });
});
