import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

describe("the package's provider, started", () => {
  // What this loads is compiled, as it is when it is installed: `npm run build` makes it.
  function start(environment: NodeJS.ProcessEnv) {
    const script = `
      const pulumi = require("@pulumi/pulumi");
      const debug = pulumi.log.debug;
      require(${JSON.stringify(root)})().then(() => {
        console.log(JSON.stringify({
          rewrites: Error.prepareStackTrace !== undefined,
          stack: new Error("what happened").stack,
          debugLines: pulumi.log.debug === debug,
        }));
        process.exit(0);
      });`;
    const output = execFileSync(process.execPath, ["-e", script], {
      cwd: root,
      encoding: "utf8",
      timeout: 60_000,
      env: { ...process.env, ...environment },
    });
    const [port, state = ""] = output.trim().split("\n");
    return { port, state: JSON.parse(state) };
  }

  it("prints its port, and leaves out what Pulumi does for debugging alone", () => {
    const { port, state } = start({});
    assert.match(port ?? "", /^\d+$/);
    assert.deepEqual(state, { rewrites: false, stack: "Error: what happened", debugLines: false });
  });

  it("keeps stack traces and debug lines when it is to be looked into", () => {
    const { state } = start({ CLICKSTACK_LAMBDA_PROVIDER_DEBUG: "true" });
    assert.match(state.stack, /\n +at /);
    assert.equal(state.debugLines, true);
    assert.equal(state.rewrites, false);
  });
});
