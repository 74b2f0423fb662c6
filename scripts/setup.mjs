// Sets up a checkout: `node scripts/setup.mjs [demo|test|layers|bench|tracing|billed|cli|web|dev]`. Plain Node, because
// it runs before `npm ci`.
import { fileURLToPath } from "node:url";
import { checkPrerequisites } from "./setup/prerequisites.mjs";
import { everyStep, prepare } from "./setup/steps.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const purpose = process.argv[2] ?? "test";

const purposes = {
  layers: ["nodeModules", "python", "compilers"],
  bench: ["nodeModules", "python", "compilers"],
  tracing: ["nodeModules", "python", "runtimes", "compilers"],
  web: ["nodeModules", "chromium"],
  billed: ["nodeModules", "python", "runtimes"],
  cli: ["nodeModules"],
  dev: ["nodeModules", "python", "runtimes"],
  demo: ["nodeModules", "python", "engine", "runtimes"],
  test: everyStep,
};

const steps = purposes[purpose];
if (!steps) {
  console.error(`setup: unknown purpose "${purpose}". Known: ${Object.keys(purposes).join(", ")}.`);
  process.exit(2);
}
try {
  checkPrerequisites();
  await prepare(root, steps);
} catch (error) {
  console.error(`\nsetup failed: ${error.message}`);
  process.exit(1);
}
