// Serves this checkout's provider as Pulumi's host for Node.js does (@pulumi/pulumi/cmd/run-plugin), without what that one
// loads for plugins in TypeScript, the compiler: a third of the processor time of a start, of which the tests make hundreds.
//   node sandbox/engine/ownProvider.mjs FOLDER ENGINE
import { createRequire } from "node:module";
import { parseArgs } from "node:util";

const ofPulumi = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
const { positionals } = parseArgs({ allowPositionals: true, strict: false });

ofPulumi("./cmd/run-plugin/run").run({
  argv: { _: positionals },
  programStarted: () => {},
  reportLoggedError: () => {},
  typeScript: false,
});
