// Reports everything that is missing at once, each with where to get it, instead of failing at the first step that
// needs it.
import { spawnSync } from "node:child_process";

/** Compares the leading numbers of dotted versions: true if `found` is at least `wanted`. */
export function atLeast(found, wanted) {
  const [a, b] = [found, wanted].map((text) => text.split(".").map(Number));
  for (let i = 0; i < b.length; i++) {
    if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i];
  }
  return true;
}

/** The version that a command prints, or undefined when it cannot be run. */
export function versionOf(command, args) {
  const result = spawnSync(command, args, { encoding: "utf8" });
  if (result.status !== 0) return undefined;
  return /(\d+\.\d+(?:\.\d+)?)/.exec(`${result.stdout}${result.stderr}`)?.[1];
}

/** The Python to use: `PYTHON` when set, else python3, else python. */
export function pythonCommand() {
  if (process.env.PYTHON) return process.env.PYTHON;
  return versionOf("python3", ["--version"]) ? "python3" : "python";
}

const wanted = [
  { name: "Node.js", least: "20.19", found: () => process.versions.node, source: "https://nodejs.org" },
  {
    name: "Python",
    least: "3.9",
    found: () => versionOf(pythonCommand(), ["--version"]),
    source: "https://www.python.org, or set PYTHON to its path",
  },
  {
    name: "Rust (cargo)",
    least: "1.85",
    found: () => versionOf("cargo", ["--version"]),
    source: "https://rustup.rs",
  },
];

/** @throws an error that lists each missing or too old prerequisite. */
export function checkPrerequisites() {
  const problems = [];
  for (const { name, least, found, source } of wanted) {
    const version = found();
    if (!version) problems.push(`${name} ≥ ${least} is needed and was not found: ${source}`);
    else if (!atLeast(version, least))
      problems.push(`${name} ≥ ${least} is needed, found ${version}: ${source}`);
  }
  if (problems.length > 0) throw new Error(`missing prerequisites\n  - ${problems.join("\n  - ")}`);
}
