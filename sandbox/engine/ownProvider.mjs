// Serves this checkout's provider as Pulumi's host for Node.js does (@pulumi/pulumi/cmd/run-plugin), without the
// TypeScript compiler, which that one loads for plugins in TypeScript: it takes more than a third of the CPU time of a
// start, and the tests start it hundreds of times. node sandbox/engine/ownProvider.mjs FOLDER ENGINE
import { createRequire, Module } from "node:module";
import { parseArgs } from "node:util";

const ofPulumi = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
const { positionals } = parseArgs({ allowPositionals: true, strict: false });

// Pulumi's host loads the compiler to look for components in TypeScript, and does not use it here, since this plugin
// serves a provider. If something uses it nevertheless, it fails with the name of the property that it reads.
const compiler = new Module(ofPulumi.resolve("typescript"));
compiler.exports = new Proxy(
  {},
  {
    get(_, name) {
      if (typeof name === "symbol" || name === "__esModule" || name === "then") return undefined;
      throw new Error(`the tests' provider starts without TypeScript, and something reads ${name} of it`);
    },
  },
);
compiler.loaded = true;
ofPulumi.cache[compiler.id] = compiler;

ofPulumi("./cmd/run-plugin/run").run({
  argv: { _: positionals },
  programStarted: () => {},
  reportLoggedError: () => {},
  typeScript: false,
});
