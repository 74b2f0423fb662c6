import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../../layers/sha256";
import { zip } from "../../../layers/zip";

const entries = [
  { name: "extensions/b", content: Buffer.from("second"), mode: 0o755 },
  { name: "extensions/a", content: Buffer.from("first"), mode: 0o644 },
];

describe("zip", () => {
  it("returns the same bytes regardless of the order of the entries", async () => {
    assert.deepEqual(await zip(entries), await zip([...entries].reverse()));
  });

  it("returns the same bytes in every time zone and at every time", async () => {
    const zone = process.env.TZ;
    const hashes = new Set<string>();
    const hours = new Set<number>();
    try {
      for (const TZ of ["UTC", "Asia/Tokyo", "America/Los_Angeles"]) {
        process.env.TZ = TZ;
        hours.add(new Date(0).getHours());
        hashes.add(sha256(await zip(entries)));
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
    assert.equal(hours.size, 3, "each zone is used");
    assert.equal(hashes.size, 1);
  });

  it("keeps content and mode, sorted by name", async () => {
    const folder = mkdtempSync(join(tmpdir(), "zip-test-"));
    try {
      writeFileSync(join(folder, "a.zip"), await zip(entries));
      const script = `import sys, zipfile, json
z = zipfile.ZipFile(sys.argv[1])
print(json.dumps([[i.filename, oct(i.external_attr >> 16), i.date_time, z.read(i).decode()] for i in z.infolist()]))`;
      const listed = JSON.parse(
        execFileSync("python3", ["-c", script, join(folder, "a.zip")], { encoding: "utf8" }),
      );
      assert.deepEqual(listed, [
        ["extensions/a", "0o100644", [1980, 1, 1, 0, 0, 0], "first"],
        ["extensions/b", "0o100755", [1980, 1, 1, 0, 0, 0], "second"],
      ]);
      assert.ok(statSync(join(folder, "a.zip")).size > 0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("refuses two entries of one name", async () => {
    await assert.rejects(zip([...entries, ...entries]), /would contain extensions\/a twice/);
  });

  it("hashes as sha256sum does", () => {
    assert.equal(
      sha256(Buffer.from("abc")),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    assert.equal(sha256(readFileSync(__filename)).length, 64);
  });
});
