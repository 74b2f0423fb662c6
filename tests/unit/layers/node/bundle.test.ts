import assert from "node:assert/strict";
import { join } from "node:path";
import { tracingLayer } from "../../../../layers/node/bundle";
import { zip } from "../../../../layers/zip";

const root = join(__dirname, "..", "..", "..", "..");

describe("the tracing layer's zip", () => {
  it("has at most 100 kB, the same bytes each time, and an executable wrapper", async () => {
    const [entries, again] = await Promise.all([tracingLayer(root), tracingLayer(root)]);
    assert.deepEqual(
      entries.map(({ name, mode }) => [name, mode]),
      [
        ["clickstack-tracing", 0o755],
        ["clickstack/node/layer.cjs", 0o644],
        ["clickstack/node/handler.mjs", 0o644],
      ],
    );
    const bytes = await zip(entries);
    assert.ok(bytes.length <= 100_000, `${bytes.length} bytes`);
    assert.ok(bytes.equals(await zip(again)));
  });

  it("requires nothing but modules of Node.js", async () => {
    const entries = await tracingLayer(root);
    const source = entries.find(({ name }) => name.endsWith("layer.cjs"))?.content.toString() ?? "";
    const required = [...source.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
    assert.ok(required.length > 0);
    assert.deepEqual(
      required.filter((name) => !name?.startsWith("node:")),
      [],
    );
  });
});
