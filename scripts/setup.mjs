// Makes a checkout ready: `node scripts/setup.mjs [demo|test|layers|bench]`. Plain Node, because it runs before `npm ci`.
// Everything goes into git-ignored folders of the checkout (node_modules, .cache); what is already there is left alone.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuild } from "./setup/build.mjs";
import { ensureNodeModules } from "./setup/nodeModules.mjs";
import { checkPrerequisites } from "./setup/prerequisites.mjs";
import { runSteps } from "./setup/progress.mjs";
import { ensurePython } from "./setup/python.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const purpose = process.argv[2] ?? "test";

/** Which steps a purpose needs. Node modules come first, since later steps may be TypeScript. */
const steps = {
  nodeModules: { title: "npm packages", run: (log) => ensureNodeModules({ root, log }) },
  python: { title: "Python environment", run: (log) => ensurePython({ root, log }) },
  engine: {
    title: "Pulumi engine",
    run: async (log) => (await import("./setup/pulumiEngine.mjs")).ensurePulumiEngine({ root, log }),
  },
  languageHost: {
    title: "Pulumi language host",
    run: async (log) => (await import("./setup/languageHost.mjs")).ensureLanguageHost({ root, log }),
  },
  build: { title: "compiled package", run: (log) => ensureBuild({ root, log }) },
  runtimes: {
    title: "Lambda runtime clients",
    run: async (log) =>
      (await import("./setup/lambdaRuntimes.mjs")).ensureLambdaRuntimes({
        root,
        python: join(root, ".cache", "python", "bin", "python"),
        log,
      }),
  },
};

/** Stages run one after another; the steps of one stage side by side. */
const plans = {
  layers: [["nodeModules"], ["python"]],
  bench: [["nodeModules"], ["python"]],
  demo: [["nodeModules"], ["python", "engine"], ["runtimes"]],
  test: [["nodeModules"], ["python", "engine", "build"], ["runtimes", "languageHost"]],
};

const plan = plans[purpose];
if (!plan) {
  console.error(`setup: unknown purpose "${purpose}". Known: ${Object.keys(plans).join(", ")}.`);
  process.exit(2);
}
try {
  checkPrerequisites();
  for (const stage of plan) await runSteps(stage.map((name) => steps[name]));
} catch (error) {
  console.error(`\nsetup failed: ${error.message}`);
  process.exit(1);
}
