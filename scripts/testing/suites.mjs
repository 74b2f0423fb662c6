// What there is to check and to test, and what each of it needs.

/**
 * @typedef {object} Task
 * @property {string} title
 * @property {string} command `node`, `cargo`, or a program of node_modules/.bin
 * @property {string[]} args
 * @property {string} [directory] folder of the checkout to run in
 * @property {Record<string, string>} [environment] variables besides this process's
 * @property {"cargo" | "mocha"} [runner] whose counts its output ends with
 * @property {string} [after] title of the task that must have ended
 * @property {string} [alone] tasks of the same kind never run at the same time
 * @property {boolean} [early] it needs nothing that the set-up makes, and runs beside it
 */

/**
 * @typedef {object} Suite
 * @property {string} title what it is, for a person
 * @property {import("../setup/steps.mjs").Step[]} setup
 * @property {Task[]} tasks
 */

const cargo = (/** @type {string} */ title, /** @type {string[]} */ args, more = {}) => ({
  title,
  command: "cargo",
  args,
  directory: "runtime",
  alone: "cargo",
  ...more,
});
const mocha = (/** @type {string} */ title, /** @type {string[]} */ files, more = {}) => ({
  title: `mocha, ${title}`,
  command: "mocha",
  args: ["--no-color", "--forbid-only", ...files],
  runner: /** @type {const} */ ("mocha"),
  ...more,
});
const below = (/** @type {string} */ folder) => `tests/${folder}/**/*.test.ts`;

const rustfmt = cargo("rustfmt", ["fmt", "--check"], { early: true });
const clippy = cargo("clippy", ["clippy", "--locked", "--all-targets", "--", "-D", "warnings"]);
/**
 * What has clippy compile the crate for its tests, as `cargo clippy` has it check the crate. That command by itself reads
 * the same sources once more, and compiles each dependency a second time.
 */
export const byClippy = {
  RUSTC_WORKSPACE_WRAPPER: "clippy-driver",
  // Each ends as `cargo clippy` ends it.
  CLIPPY_ARGS: ["-D", "warnings"].map((word) => `${word}__CLIPPY_HACKERY__`).join(""),
};
const lintedTest = cargo("cargo test, by clippy", ["test", "--locked"], {
  runner: "cargo",
  environment: byClippy,
  early: true,
});
/** What the build of the layers needs. */
const forLayers = /** @type {const} */ (["nodeModules", "python", "compilers"]);
/** The extension as it is shipped, which the tests of functions run. */
const layers = {
  title: "layers",
  command: "node",
  args: ["--import", "tsx", "layers/build/main.ts"],
  alone: "cargo",
};
/** Without namespaces of their own, two functions at a time would take each other's ports. */
const inFunctions = { alone: "functions" };
const withExtension = { after: layers.title, ...inFunctions };

/** @type {Record<string, Suite>} */
export const suites = {
  lint: {
    title: "formatting, types and lints of both languages",
    setup: ["nodeModules"],
    tasks: [
      { title: "biome", command: "biome", args: ["check", "."] },
      { title: "tsc", command: "tsc", args: ["-p", "tsconfig.dev.json", "--noEmit"] },
      { title: "tsc of the page", command: "tsc", args: ["-p", "web/page/tsconfig.json"] },
      rustfmt,
      clippy,
    ],
  },
  rust: { title: "the extension by itself", setup: [], tasks: [rustfmt, lintedTest] },
  unit: {
    title: "decisions of the package, the sandbox and the scripts",
    setup: ["nodeModules"],
    tasks: [mocha("unit", [below("unit")])],
  },
  component: {
    title: "the package with Pulumi's mocks",
    setup: ["nodeModules", "build"],
    tasks: [mocha("component", [below("component")])],
  },
  deploy: {
    title: "deployments by the real engine to the embedded AWS",
    setup: ["nodeModules", "python", "engine", "build", "languageHost"],
    tasks: [mocha("deploy", [below("deploy")])],
  },
  examples: {
    title: "the examples, as users run them",
    setup: ["nodeModules", "python", "engine", "build", "languageHost"],
    tasks: [mocha("examples", [below("examples")])],
  },
  sandbox: {
    title: "the local Lambda, and the built extension in its functions",
    setup: [...forLayers, "runtimes", "nodeVersions", "javaRuntime"],
    tasks: [layers, mocha("sandbox", [below("sandbox")], withExtension)],
  },
  web: {
    title: "the page, in a browser",
    setup: ["nodeModules", "chromium"],
    tasks: [mocha("web", [below("web")])],
  },
  demo: {
    title: "`npm run demo`",
    setup: [...forLayers, "engine", "build", "runtimes"],
    tasks: [layers, mocha("demo", [below("demo")], withExtension)],
  },
  layers: {
    title: "the build of the layers and the npm packages",
    setup: [...forLayers, "engine", "build"],
    tasks: [layers, mocha("layers", [below("layers")], { after: layers.title, alone: "cargo" })],
  },
};

/** Everything, the tasks that take longest first: whoever has a free place takes the next one. */
export function everything() {
  return [
    rustfmt,
    lintedTest,
    mocha("deploy/provider", [below("deploy/provider"), below("deploy/publish")]),
    { ...layers, after: undefined },
    // Its emulated run needs the tests' executables, and takes longest of all.
    mocha("layers", [below("layers")], { after: layers.title, alone: "cargo" }),
    mocha("examples", [below("examples")]),
    mocha("sandbox", [below("sandbox")], withExtension),
    mocha("deploy/secrets", [below("deploy/secrets"), below("deploy/cli")]),
    mocha("deploy/sandbox", [below("deploy/sandbox")]),
    // The demo builds the layers as well, and would wait for the other architecture's build.
    mocha("demo", [below("demo")], { ...inFunctions, after: "mocha, layers" }),
    ...(suites.lint?.tasks.slice(0, 3) ?? []),
    mocha("web", [below("web")]),
    mocha("component", [below("component")]),
    mocha("unit", [below("unit")]),
  ];
}
