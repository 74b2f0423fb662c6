import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

describe("the package's provider, started", () => {
  // What this loads is compiled, as it is when it is installed: `npm run build` makes it.
  it("prints its port, and leaves nothing in place that rewrites stack traces", () => {
    const script = `
      require(${JSON.stringify(root)})().then(() => {
        console.log(Error.prepareStackTrace);
        process.exit(0);
      });`;
    const output = execFileSync(process.execPath, ["-e", script], {
      cwd: root,
      encoding: "utf8",
      timeout: 60_000,
    });
    assert.match(output, /^\d+\nundefined\n$/);
  });
});
