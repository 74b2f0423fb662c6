// The steps that make a checkout ready. Everything goes into git-ignored folders of the checkout (node_modules, .cache,
// dist); what is already there is left alone.
import { join } from "node:path";
import { ensureBuild } from "./build.mjs";
import { ensureNodeModules } from "./nodeModules.mjs";
import { runSteps } from "./progress.mjs";
import { ensurePython } from "./python.mjs";

/** @typedef {"nodeModules" | "python" | "engine" | "build" | "languageHost" | "runtimes" | "nodeVersions" | "javaRuntime" | "chromium" | "compilers"} Step */

/** Steps of one stage run side by side, after those of the stages before. Later steps may be TypeScript. */
const stages = /** @type {const} */ ([
  ["nodeModules"],
  ["python", "engine", "build", "compilers"],
  ["runtimes", "nodeVersions", "javaRuntime", "languageHost", "chromium"],
]);

const steps = {
  nodeModules: { title: "npm packages", run: ensureNodeModules },
  python: { title: "Python environment", run: ensurePython },
  engine: {
    title: "Pulumi engine",
    run: async (options) => (await import("./pulumiEngine.mjs")).ensurePulumiEngine(options),
  },
  languageHost: {
    title: "Pulumi language host",
    run: async (options) => (await import("./languageHost.mjs")).ensureLanguageHost(options),
  },
  chromium: {
    title: "Chromium",
    run: async (options) => (await import("./chromium.mjs")).ensureChromium(options),
  },
  compilers: {
    title: "Python compilers",
    run: async (options) => (await import("./pythonCompilers.mjs")).ensurePythonCompilers(options),
  },
  nodeVersions: {
    title: "Node.js of Lambda's runtimes",
    run: async (options) => (await import("./nodeVersions.mjs")).ensureNodeVersions(options),
  },
  javaRuntime: {
    title: "Lambda runtime client for Java",
    run: async (options) => (await import("./javaRuntime.mjs")).ensureJavaRuntime(options),
  },
  build: { title: "compiled package", run: ensureBuild },
  runtimes: {
    title: "Lambda runtime clients",
    run: async ({ root, log }) =>
      (await import("./lambdaRuntimes.mjs")).ensureLambdaRuntimes({
        home: join(root, ".cache", "lambda-runtimes"),
        shim: join(root, "sandbox", "runtimeShim", "index.js"),
        python: join(root, ".cache", "python", "bin", "python"),
        log,
      }),
  },
};

/**
 * Takes the steps that are named, in the order in which they need each other.
 * @param {string} root folder of the checkout
 * @param {Iterable<Step>} names
 * @throws when a step fails, with what its command printed last.
 */
export async function prepare(root, names) {
  const wanted = new Set(names);
  for (const stage of stages) {
    const chosen = stage.filter((name) => wanted.has(name)).map((name) => steps[name]);
    await runSteps(
      chosen.map(({ title, run }) => ({ title, run: (/** @type {unknown} */ log) => run({ root, log }) })),
    );
  }
}
