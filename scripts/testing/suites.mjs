// All checks and tests, and what each of them needs.

/**
 * @typedef {object} Task
 * @property {string} title
 * @property {string} command `node`, `cargo`, or a program of node_modules/.bin
 * @property {string[]} args
 * @property {string} [directory] folder of the checkout to run in
 * @property {Record<string, string>} [environment] variables besides this process's
 * @property {"cargo" | "mocha"} [runner] the runner whose counts are at the end of its output
 * @property {import("../setup/steps.mjs").Step[]} needs steps of the set-up that must have ended
 * @property {string[]} [after] titles of the tasks that must have ended
 * @property {string[]} [alone] its kinds: tasks with a common one never run at the same time
 * @property {boolean} [urgent] whether a whole run waits for it, so that fewer others run at the same time
 */

/**
 * @typedef {object} Suite
 * @property {string} title what it is, for a person
 * @property {Task[]} tasks
 */

const cargo = (/** @type {string} */ title, /** @type {string[]} */ args, more = {}) => ({
  title,
  command: "cargo",
  args,
  directory: "runtime",
  needs: [],
  alone: ["cargo"],
  ...more,
});
/** Types by TypeScript 7, in a fifth of the time. `dist` is compiled by the version that the package depends on. */
const tsc = (/** @type {string} */ title, /** @type {string[]} */ args) => ({
  title,
  command: "node",
  args: ["node_modules/typescript-7/bin/tsc", ...args],
  needs: /** @type {Steps} */ (["nodeModules"]),
});
const mocha = (
  /** @type {string} */ title,
  /** @type {string[]} */ files,
  /** @type {Steps} */ needs,
  more = {},
) => ({
  title: `mocha, ${title}`,
  command: "mocha",
  needs,
  args: ["--no-color", "--forbid-only", ...files],
  runner: /** @type {const} */ ("mocha"),
  ...more,
});
const below = (/** @type {string} */ folder) => `tests/${folder}/**/*.test.ts`;
const folders = (/** @type {string} */ suite, /** @type {string[]} */ names) =>
  names.map((name) => below(`${suite}/${name}`));

const rustfmt = cargo("rustfmt", ["fmt", "--check"]);
const clippy = cargo("clippy", ["clippy", "--locked", "--all-targets", "--", "-D", "warnings"]);
/**
 * Makes clippy compile the crate for its tests, as `cargo clippy` makes it check the crate. A separate `cargo clippy`
 * would read the same sources again, and compile each dependency a second time.
 */
export const byClippy = {
  RUSTC_WORKSPACE_WRAPPER: "clippy-driver",
  // Each ends as `cargo clippy` ends it.
  CLIPPY_ARGS: ["-D", "warnings"].map((word) => `${word}__CLIPPY_HACKERY__`).join(""),
  // Positions in backtraces take a tenth of the compilation. A failed assertion says where it is without them.
  CARGO_PROFILE_DEV_DEBUG: "false",
};
const lintedTest = cargo("cargo test, by clippy", ["test", "--locked"], {
  runner: "cargo",
  environment: byClippy,
});
/** The tasks that run functions. Without separate namespaces, two functions at a time would use the same ports. */
export const inFunctions = "functions";

/** @typedef {import("../setup/steps.mjs").Step[]} Steps */
/** What the build of the layers needs. */
const forLayers = /** @type {Steps} */ (["nodeModules", "python", "compilers"]);
/** What functions in the local Lambda need besides the layers. */
const forFunctions = /** @type {Steps} */ ([
  ...["nodeModules", "python", "runtimes", "nodeVersions", "javaRuntime", "pythonLibraries"],
]);
const forDeployments = /** @type {Steps} */ ([
  ...["nodeModules", "python", "pythonLibraries", "engine", "build", "languageHost"],
]);
const forDemo = /** @type {Steps} */ (["nodeModules", "python", "engine", "build", "runtimes"]);
const forPackages = /** @type {Steps} */ ([...forLayers, "engine", "build"]);

/** The extension as it is shipped, which the tests of functions run. */
const layers = {
  title: "layers",
  command: "node",
  args: ["--import", "tsx", "layers/build/main.ts"],
  needs: forLayers,
  alone: ["cargo"],
  urgent: true,
};
const afterLayers = { after: [layers.title] };
const withExtension = { ...afterLayers, alone: [inFunctions] };

/** The tests of the layers start a process for each handler and wait for it, so that their files run in parallel. */
function unitTests(/** @type {Steps} */ needs) {
  const others = [
    ...["bench", "cli", "clickstack", "demo", "dev", "docs", "observed", "provider", "runtime", "sandbox"],
    ...["scripts", "setup", "tables", "traces", "web"],
  ];
  return [
    mocha("unit/layers", ["--parallel", "--jobs", "2", below("unit/layers")], needs),
    mocha("unit", ["tests/unit/*.test.ts", ...folders("unit", others)], needs),
  ];
}

const sandboxTests = mocha("sandbox", [below("sandbox")], forFunctions, withExtension);
const layersTests = mocha("layers", [below("layers")], forPackages, {
  ...afterLayers,
  alone: ["cargo"],
  urgent: true,
});
const demoTests = mocha("demo", [below("demo")], forDemo, withExtension);
const webTests = mocha("web", [below("web")], ["nodeModules", "chromium"]);
const programsTests = mocha(
  "programs",
  [below("programs")],
  ["nodeModules", "python", "pythonLibraries", "build", "frameworks"],
);
const componentTests = mocha("component", [below("component")], ["nodeModules", "build"]);

/** @type {Record<string, Suite>} */
export const suites = {
  lint: {
    title: "formatting, types and lints of both languages",
    tasks: [
      { title: "biome", command: "biome", args: ["check", "."], needs: ["nodeModules"] },
      tsc("tsc", ["-p", "tsconfig.dev.json", "--noEmit"]),
      tsc("tsc of the page", ["-p", "web/page/tsconfig.json"]),
      rustfmt,
      clippy,
    ],
  },
  rust: { title: "the extension by itself", tasks: [rustfmt, lintedTest] },
  unit: {
    title: "decisions of the package, the sandbox and the scripts",
    tasks: unitTests(["nodeModules"]),
  },
  component: {
    title: "the package with Pulumi's mocks",
    tasks: [componentTests],
  },
  deploy: {
    title: "deployments by the real engine to the embedded AWS",
    tasks: [mocha("deploy", [below("deploy")], forDeployments)],
  },
  examples: {
    title: "the examples, as users run them",
    tasks: [mocha("examples", [below("examples")], forDeployments)],
  },
  programs: {
    title: "documented programs and snippets for other tools, by these tools",
    tasks: [programsTests],
  },
  sandbox: {
    title: "the local Lambda, and the built extension in its functions",
    tasks: [layers, sandboxTests],
  },
  web: {
    title: "the page, in a browser",
    tasks: [webTests],
  },
  demo: {
    title: "`npm run demo`",
    tasks: [layers, demoTests],
  },
  layers: {
    title: "the build of the layers and the npm packages",
    tasks: [layers, layersTests],
  },
};

/**
 * All tasks, the longest first: a free place is given to the next one that can start.
 * @returns {Task[]}
 */
export function everything() {
  return [
    rustfmt,
    // Needs no set-up, and a build directory that only the emulated run of the layers' tests shares.
    { ...lintedTest, alone: [] },
    layers,
    // They wait for freezes and deadlines: two at a time leave the processors to the others.
    mocha("sandbox/extension", folders("sandbox", ["extension", "layers"]), forFunctions, withExtension),
    mocha(
      "sandbox/lambda",
      folders("sandbox", ["lambda", "clickhouse", "clickstack", "cli", "dev"]),
      forFunctions,
      withExtension,
    ),
    mocha("deploy/provider/components", folders("deploy/provider", ["components"]), forDeployments),
    mocha(
      "deploy/provider",
      [
        "tests/deploy/provider/*.test.ts",
        ...folders("deploy/provider", ["check", "delivery", "function", "pulumi", "stack"]),
        ...folders("deploy", ["publish"]),
      ],
      forDeployments,
    ),
    // Before the other architecture's build, for which its own build of the layers would wait.
    { ...demoTests, alone: ["cargo", inFunctions], urgent: true },
    // Its emulated run needs the tests' executables.
    { ...layersTests, after: [layers.title, lintedTest.title] },
    mocha("examples", [below("examples")], forDeployments),
    mocha("deploy/secrets", folders("deploy", ["secrets", "cli"]), forDeployments),
    mocha("deploy/sandbox", folders("deploy", ["sandbox"]), forDeployments),
    ...(suites.lint?.tasks.slice(0, 3) ?? []),
    webTests,
    // With the tests of what is written in Python, which are skipped where it is not set up.
    ...unitTests(["nodeModules", "python", "pythonLibraries", "runtimes"]),
    componentTests,
    programsTests,
  ];
}
