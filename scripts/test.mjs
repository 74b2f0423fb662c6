// Runs every check and every test, and ends with one line `N passed, N failed, N skipped`.
// `npm test -- FILE…` runs mocha on those files alone.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => join(root, "node_modules", ".bin", name);
const files = process.argv.slice(2);

/** Sums the numbers that a pattern's named groups capture, over all its matches. */
function sum(output, pattern) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { groups } of output.matchAll(pattern)) {
    for (const [name, value] of Object.entries(groups ?? {})) counts[name] += Number(value ?? 0);
  }
  return counts;
}

const cargoCounts = (output) =>
  sum(output, /^test result: \w+\. (?<passed>\d+) passed; (?<failed>\d+) failed; (?<skipped>\d+) ignored/gm);
const mochaCounts = (output) =>
  sum(output, /^\s+(?:(?<passed>\d+) passing|(?<failed>\d+) failing|(?<skipped>\d+) pending)/gm);
const runtime = join(root, "runtime");
const mocha = (title, ...args) => ({
  title,
  command: bin("mocha"),
  args: ["--no-color", ...args],
  counts: mochaCounts,
});
// The AWS SDK warns about Node.js 20 into every test's output; which Node.js is supported is said in package.json.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
/** What needs no extension: decisions, the package with Pulumi's mocks, deployments by the real engine, the examples. */
const packageTests = ["unit", "component", "deploy", "examples"].map(
  (folder) => `tests/${folder}/**/*.test.ts`,
);
/** What runs the built extension. */
const functionTests = ["sandbox", "demo", "layers"].map((folder) => `tests/${folder}/**/*.test.ts`);
/**
 * Two lanes, side by side, for machines have two cores at least. Each waits a lot for others: cargo for the linker, a
 * deployment for its engine, a test of the sandbox for freezes and deadlines.
 */
const lanes = [
  [
    { title: "rustfmt", command: "cargo", args: ["fmt", "--check"], cwd: runtime },
    {
      title: "clippy",
      command: "cargo",
      args: ["clippy", "--locked", "--all-targets", "--", "-D", "warnings"],
      cwd: runtime,
    },
    { title: "cargo test", command: "cargo", args: ["test", "--locked"], cwd: runtime, counts: cargoCounts },
    { title: "layers", command: process.execPath, args: ["--import", "tsx", "layers/build.ts"] },
    mocha("mocha, the extension in functions", "--forbid-only", ...functionTests),
  ],
  [
    { title: "biome", command: bin("biome"), args: ["check", "."] },
    { title: "tsc", command: bin("tsc"), args: ["-p", "tsconfig.dev.json", "--noEmit"] },
    mocha("mocha, the package", "--forbid-only", ...packageTests),
  ],
];

/** Runs one check; with `whole` its output is shown at its end, so that it does not get into others'. */
function run({ title, command, args, cwd = root, counts }, whole) {
  return new Promise((resolve) => {
    console.log(`\n── ${title}`);
    const started = Date.now();
    const child = spawn(command, args, {
      cwd,
      stdio: ["ignore", "pipe", whole ? "pipe" : "inherit"],
      env: process.env,
    });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
      if (!whole) process.stdout.write(data);
    });
    child.stderr?.on("data", (data) => {
      output += data;
    });
    child.on("error", (error) => {
      console.error(error.message);
      resolve({ passed: 0, failed: 1, skipped: 0 });
    });
    child.on("close", (code) => {
      if (whole) console.log(`\n── ${title}\n${output}`);
      console.log(
        `── ${title}: ${code === 0 ? "ok" : `failed (${code})`}, ${((Date.now() - started) / 1000).toFixed(1)} s`,
      );
      // A check without a count of its own is one test; a runner that died before counting has failed all the same.
      const counted = counts?.(output) ?? { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 };
      if (code !== 0 && counted.failed === 0) counted.failed = 1;
      resolve(counted);
    });
  });
}

const total = { passed: 0, failed: 0, skipped: 0 };
const add = (counts) => {
  for (const name of Object.keys(total)) total[name] += counts[name];
};
/** Runs a lane's steps one after another. */
async function runLane(steps, whole) {
  for (const step of steps) add(await run(step, whole));
}
if (files.length > 0) await runLane([mocha("mocha", ...files)], false);
// The output of one lane comes step by step, so that it is not mixed with the other's, which comes line by line.
else await Promise.all(lanes.map((steps, index) => runLane(steps, index === 0)));
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
