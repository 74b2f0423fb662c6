// The steps that set up a checkout. Everything goes into git-ignored folders of the checkout (node_modules, .cache,
// dist); what already exists is not changed.
import { join } from "node:path";
import { ensureBuild } from "./build.mjs";
import { ensureNodeModules } from "./nodeModules.mjs";
import { startSteps } from "./progress.mjs";
import { ensurePython, ensurePythonLibraries } from "./python.mjs";

/** @typedef {"nodeModules" | "python" | "pythonLibraries" | "engine" | "build" | "languageHost" | "runtimes" | "nodeVersions" | "javaRuntime" | "chromium" | "compilers" | "frameworks"} Step */

/** Each after those that it needs. Those that need the npm packages may be TypeScript. */
const steps = {
  nodeModules: { title: "npm packages", needs: [], run: ensureNodeModules },
  python: { title: "Python environment", needs: [], run: ensurePython },
  pythonLibraries: {
    title: "Python libraries of the tests",
    needs: ["python"],
    run: ensurePythonLibraries,
  },
  engine: {
    title: "Pulumi engine",
    needs: ["nodeModules"],
    run: async (options) => (await import("./pulumiEngine.mjs")).ensurePulumiEngine(options),
  },
  build: { title: "compiled package", needs: ["nodeModules"], run: ensureBuild },
  compilers: {
    title: "Python compilers",
    needs: ["nodeModules"],
    run: async (options) => (await import("./pythonCompilers.mjs")).ensurePythonCompilers(options),
  },
  runtimes: {
    title: "Lambda runtime clients",
    needs: ["nodeModules", "python"],
    run: async ({ root, log }) =>
      (await import("./lambdaRuntimes.mjs")).ensureLambdaRuntimes({
        home: join(root, ".cache", "lambda-runtimes"),
        shim: join(root, "sandbox", "runtimeShim", "index.js"),
        python: join(root, ".cache", "python", "bin", "python"),
        log,
      }),
  },
  languageHost: {
    title: "Pulumi language host",
    needs: ["engine"],
    run: async (options) => (await import("./languageHost.mjs")).ensureLanguageHost(options),
  },
  nodeVersions: {
    title: "Node.js of Lambda's runtimes",
    needs: ["nodeModules"],
    run: async (options) => (await import("./nodeVersions.mjs")).ensureNodeVersions(options),
  },
  javaRuntime: {
    title: "Lambda runtime client for Java",
    needs: ["nodeModules"],
    run: async (options) => (await import("./javaRuntime.mjs")).ensureJavaRuntime(options),
  },
  chromium: {
    title: "Chromium",
    needs: ["nodeModules"],
    run: async (options) => (await import("./chromium.mjs")).ensureChromium(options),
  },
  frameworks: {
    title: "CDK, Serverless Framework and SST",
    needs: [],
    run: async (options) => (await import("./frameworks.mjs")).ensureFrameworks(options),
  },
};

/** All steps there are. */
export const everyStep = /** @type {Step[]} */ (Object.keys(steps));

/**
 * Starts the given steps, each when those of them that it needs have ended.
 * @param {string} root folder of the checkout
 * @param {Iterable<Step>} names
 * @returns {Map<string, Promise<void>>} by name. One rejects if it fails, with the last output of its command.
 */
export function begin(root, names) {
  const wanted = new Set(names);
  return startSteps(
    Object.entries(steps)
      .filter(([name]) => wanted.has(name))
      .map(([name, { run, ...step }]) => ({ name, ...step, run: (log) => run({ root, log }) })),
  );
}

/**
 * Runs the given steps in the order of their dependencies.
 * @throws the first failure, after the others have ended.
 */
export async function prepare(/** @type {string} */ root, /** @type {Iterable<Step>} */ names) {
  const results = await Promise.allSettled(begin(root, names).values());
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}
