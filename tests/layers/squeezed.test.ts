import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { squeezed } from "../../layers/build/squeezed";
import { sha256 } from "../../layers/sha256";
import { zip } from "../../layers/zip";

const root = join(__dirname, "..", "..");
const python = join(root, ".cache", "python", "bin", "python");

/** The content of a zip, with verified checksums. */
const listed = (bytes: Buffer): unknown => {
  const script = `
import io, json, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert archive.testzip() is None
print(json.dumps([[e.filename, oct(e.external_attr >> 16), e.date_time, archive.read(e).decode()] for e in archive.infolist()]))
`;
  return JSON.parse(execFileSync(python, ["-c", script], { input: bytes, encoding: "utf8" }));
};

describe("a squeezed zip", () => {
  const kept = mkdtempSync(join(tmpdir(), "squeezed-"));
  after(() => rmSync(kept, { recursive: true, force: true }));

  it("holds the same entries in fewer bytes, the same each time", async function () {
    if (!existsSync(python)) this.skip();
    const lines = Array.from(
      { length: 2_000 },
      (_, n) => `line ${n} ${sha256(Buffer.from(`${n}`)).slice(0, 6)}\n`,
    );
    const original = await zip([
      { name: "extensions/é", content: Buffer.from(lines.join("")), mode: 0o755 },
      { name: "empty", content: Buffer.alloc(0), mode: 0o644 },
    ]);
    const made = await squeezed(root, original, kept);
    assert.deepEqual(listed(made), listed(original));
    assert.ok(made.length < original.length, `${made.length} of ${original.length} bytes`);
    assert.ok(made.equals(await squeezed(root, original, kept)), "what was kept");
    rmSync(kept, { recursive: true });
    assert.ok(made.equals(await squeezed(root, original, kept)), "created again");
  });
});
