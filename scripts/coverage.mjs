// Line coverage of the fast tests: `npm run coverage [-- FILE…]`. The reports are in coverage/.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepare } from "./setup/steps.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (/** @type {string} */ name) => join(root, "node_modules", ".bin", name);
const sources = [
  "provider",
  "layers",
  "publish",
  "observed",
  "clickstack",
  "tables",
  "traces",
  "cli",
  "web",
  "sandbox",
  "dev",
  "demo",
];
const given = process.argv.slice(2);
const files = given.length > 0 ? given : ["tests/unit/**/*.test.ts", "tests/component/**/*.test.ts"];

function run(/** @type {string} */ command, /** @type {string[]} */ args, directory = root) {
  const { status } = spawnSync(command, args, { cwd: directory, stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}

await prepare(root, ["nodeModules", "build"]);
console.log("── TypeScript");
run(bin("c8"), [
  ...["--all", ...sources.flatMap((folder) => ["--include", `${folder}/**/*.{ts,tsx}`])],
  ...["--reporter", "text-summary", "--reporter", "lcov", "--reports-dir", "coverage/typescript"],
  ...[bin("mocha"), "--no-color", "--reporter", "dot", ...files],
]);

console.log("\n── Rust");
if (given.length > 0) console.log("left out, since files of TypeScript were given");
else if (spawnSync("cargo", ["llvm-cov", "--version"], { stdio: "ignore" }).status === 0) {
  const report = ["--lcov", "--output-path", join(root, "coverage", "rust.info")];
  run("cargo", ["llvm-cov", "--locked", "--no-report"], join(root, "runtime"));
  run("cargo", ["llvm-cov", "report", "--summary-only"], join(root, "runtime"));
  run("cargo", ["llvm-cov", "report", ...report], join(root, "runtime"));
} else {
  console.log("not measured, since cargo-llvm-cov is not installed: cargo install cargo-llvm-cov");
}
