// Serves this checkout's provider as Pulumi's host for Node.js does (@pulumi/pulumi/cmd/run-plugin), without what that one
// loads for plugins in TypeScript, the compiler: more than a third of the processor time of a start, of which the tests make
// hundreds.
//   node sandbox/engine/ownProvider.mjs FOLDER ENGINE
import { createRequire, Module } from "node:module";
import { parseArgs } from "node:util";

const ofPulumi = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
const { positionals } = parseArgs({ allowPositionals: true, strict: false });

// Pulumi's host has the compiler loaded to look for components in TypeScript, and then asks it nothing: this plugin serves a
// provider. Whatever reads it all the same fails with the name of what it reads.
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
