import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { layersDirectory } from "../../../layers/location";

const variable = "CLICKSTACK_LAYERS_DIRECTORY";
const sources = [
  ...["settings.json", "runtime/Cargo.toml", "runtime/Cargo.lock", "runtime/build.rs", "runtime/src/main.rs"],
  ...["runtime/build/formats.rs", "runtime/log_formats.json"],
  ...["layers/compile.ts", "layers/zip.ts", "layers/build/main.ts", "layers/node/main.ts"],
  ...["layers/clickstack-tracing", "layers/python/clickstack_handler.py"],
];

describe("the location of the layers' zips", () => {
  const named = process.env[variable];
  let root: string;
  beforeEach(() => {
    delete process.env[variable];
    root = mkdtempSync(join(tmpdir(), "location-test-"));
  });
  afterEach(() => {
    if (named !== undefined) process.env[variable] = named;
    rmSync(root, { recursive: true, force: true });
  });
  const write = (path: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), "{}");
  };

  it("is dist/layers, once they are built", () => {
    write("dist/layers/manifest.json");
    assert.equal(layersDirectory(root), join(root, "dist", "layers"));
  });

  it("in a checkout without them, names the command that builds them and its folder, and no package to install", () => {
    for (const path of sources) write(path);
    assert.throws(
      () => layersDirectory(root),
      ({ message }: Error) => {
        assert.ok(
          message.includes(`Build them: \`npm run layers:build -- --all-architectures\` in ${root}`),
          message,
        );
        assert.doesNotMatch(message, /npm install/);
        return true;
      },
    );
  });

  it("in an installed package without them, first names the package that contains them", () => {
    assert.throws(
      () => layersDirectory(root),
      /Install that package .*, or build them with `npm run layers:build`/s,
    );
  });
});
