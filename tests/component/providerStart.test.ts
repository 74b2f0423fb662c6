import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

describe("the package's provider, started", () => {
  // This loads compiled code, as in an installation: `npm run build` creates it.
  function start(environment: NodeJS.ProcessEnv) {
    const script = `
      const { createRequire } = require("node:module");
      const ofPulumi = createRequire(require.resolve("@pulumi/pulumi"));
      const loaded = () => Object.keys(require.cache).filter((path) => path.includes("/@npmcli/arborist/lib/")).length;
      require(${JSON.stringify(root)})().then(() => {
        const pulumi = require("@pulumi/pulumi");
        const resolver = loaded();
        const Arborist = ofPulumi("@npmcli/arborist").Arborist;
        console.log(JSON.stringify({
          resolver,
          whenRead: typeof Arborist === "function" && loaded() > 1,
          rewrites: Error.prepareStackTrace !== undefined,
          stack: new Error("what happened").stack,
          debugLines: pulumi.log.debug.name === "debug" && pulumi.log.debug.length > 0,
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

  it("prints its port, and omits what Pulumi does only for debugging", () => {
    const { port, state } = start({});
    assert.match(port ?? "", /^\d+$/);
    const { resolver: _, whenRead: __, ...debugging } = state;
    assert.deepEqual(debugging, { rewrites: false, stack: "Error: what happened", debugLines: false });
  });

  it("loads npm's resolver, a third of Pulumi's start, when something reads it and not before", () => {
    const { state } = start({});
    // The placeholder until then.
    assert.equal(state.resolver, 1);
    assert.equal(state.whenRead, true);
  });

  it("keeps stack traces and debug lines when it is debugged", () => {
    const { state } = start({ CLICKSTACK_LAMBDA_PROVIDER_DEBUG: "true" });
    assert.match(state.stack, /\n +at /);
    assert.equal(state.debugLines, true);
    assert.equal(state.rewrites, false);
  });
});
