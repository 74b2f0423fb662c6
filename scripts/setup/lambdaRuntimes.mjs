// Builds nodejs3, nodejs4 and python in a folder: what the local Lambda mounts at /var/runtime. They are AWS's own
// runtime interface clients, at pinned versions; only the compiled HTTP client of the Node.js ones is replaced by a shim,
// so that no C++ toolchain is needed. Plain Node without dependencies, because it may run before `npm ci`:
//   node scripts/setup/lambdaRuntimes.mjs
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { unpackNpmPackage } from "./npmPackage.mjs";
import { run } from "./run.mjs";
import { digest, isStamped, stamp } from "./stamp.mjs";

/** Version 3 is the programming model of nodejs18.x and nodejs20.x, version 4 that of nodejs22.x and nodejs24.x. */
const nodeClients = [
  {
    bundle: "nodejs3",
    version: "3.3.0",
    integrity:
      "sha512-9p06TbKVK4a050NY/vYOxhMHvnIiUu5o1W0//q6yNLSqA/c91pn4BOj3C3sRTpplkUNsGJdU5qWyU2STo6L8hA==",
  },
  {
    bundle: "nodejs4",
    version: "4.0.2",
    integrity:
      "sha512-FE5Vskx7mYNnqAnWWJXUOsLp2VGgdsJsCoRLFTa8L4Yk0QVtArqR8q58yPA++QC1a73ZWJXBQ2AH31nIAv7NOQ==",
  },
];
/** AWS's SDK as Lambda's runtime contains it, in its newest version and the last one for Python 3.9. */
const pythonSdk = [
  { name: "boto3", newest: "1.44.8", python39: "1.42.97" },
  { name: "botocore", newest: "1.44.8", python39: "1.42.97" },
  { name: "s3transfer", newest: "0.19.3", python39: "0.16.1" },
  { name: "urllib3", newest: "2.8.0", python39: "2.6.3" },
].flatMap(({ name, newest, python39 }) => [
  `${name}==${newest}; python_version >= "3.10"`,
  `${name}==${python39}; python_version < "3.10"`,
]);
const pythonPackages = [
  ...["awslambdaric==4.2.2", "simplejson==4.3.0", "snapshot-restore-py==1.0.0"],
  ...[...pythonSdk, "jmespath==1.1.0", "python-dateutil==2.9.0.post0", "six==1.17.0"],
];

/** The managed runtime starts with its own file; both read _HANDLER late, so that exec wrappers can change it. */
const nodeEntry = `import { run } from "./ric.mjs";

await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
`;
const pythonEntry = `import os
import site
import sys

task_root = os.environ["LAMBDA_TASK_ROOT"]
opt = os.environ.get("LAMBDA_OPT_ROOT", "/opt")
version = f"python{sys.version_info.major}.{sys.version_info.minor}"
# The machine's own packages are not on Lambda. Of this directory, PYTHONPATH holds a second entry.
machine = {*site.getsitepackages(), site.getusersitepackages()}
own = [path for path in sys.path[1:] if path not in machine]
sys.path[:] = [task_root, f"{opt}/python/lib/{version}/site-packages", f"{opt}/python", *own]

from awslambdaric.__main__ import main

main(["bootstrap", os.environ["_HANDLER"]])
`;

async function buildNodeRuntime(client, shim, target) {
  const directory = mkdtempSync(join(tmpdir(), "lambda-runtime-"));
  try {
    const source = await unpackNpmPackage({ name: "aws-lambda-ric", ...client }, directory);
    mkdirSync(join(target, "rapid-client.node"), { recursive: true });
    if (client.bundle === "nodejs3") {
      copyFileSync(join(source, "dist", "index.mjs"), join(target, "ric.mjs"));
      writeFileSync(join(target, "index.mjs"), nodeEntry);
    } else {
      copyFileSync(join(source, "index.mjs"), join(target, "index.mjs"));
    }
    for (const file of ["LICENSE", "NOTICE", "THIRD-PARTY-LICENSES"])
      cpSync(join(source, file), join(target, file));
    // A directory of that name satisfies the clients' require("./rapid-client.node").
    writeFileSync(join(target, "rapid-client.node", "index.js"), shim);
    writeFileSync(join(target, "rapid-client.node", "package.json"), '{ "type": "commonjs" }\n');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function buildPythonRuntime(python, target) {
  mkdirSync(target, { recursive: true });
  await run(python, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-deps",
    "--only-binary=:all:",
    "--target",
    target,
    ...pythonPackages,
  ]);
  writeFileSync(join(target, "bootstrap.py"), pythonEntry);
  // Functions run on the interpreter that the packages were installed for, not on the virtual environment around it.
  const interpreter = await run(python, ["-c", "import os, sys; print(os.path.realpath(sys.executable))"]);
  writeFileSync(join(target, "interpreter"), interpreter.trim());
}

/** Runs `build` in a new directory and replaces the old one with it, unless the stamp shows that it is up to date. */
async function ensureBundle(directory, value, build) {
  const stampFile = join(directory, "stamp");
  if (isStamped(stampFile, value)) return;
  // Another process may do the same.
  const unfinished = `${directory}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  try {
    await build(unfinished);
    stamp(join(unfinished, "stamp"), value);
    rmSync(directory, { recursive: true, force: true });
    renameSync(unfinished, directory);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!isStamped(stampFile, value)) throw error;
  }
}

/**
 * Makes sure that the runtime interface clients are in a folder; does nothing if they are.
 * @param home the folder. @param shim file that stands in for the compiled HTTP client of Node.js's.
 * @param languages in which functions run.
 * @param python an interpreter with pip; Python functions run on its base interpreter.
 * @param log receives a short progress message.
 */
export async function ensureLambdaRuntimes({ home, shim, python, log, languages = ["nodejs", "python"] }) {
  const source = readFileSync(shim, "utf8");
  const script = readFileSync(fileURLToPath(import.meta.url), "utf8");
  for (const client of languages.includes("nodejs") ? nodeClients : []) {
    await ensureBundle(join(home, client.bundle), digest(script, source), (directory) => {
      log(`aws-lambda-ric ${client.version}`);
      return buildNodeRuntime(client, source, directory);
    });
  }
  if (!languages.includes("python")) return;
  const version = await run(python, ["-VV"]);
  await ensureBundle(join(home, "python"), digest(script, version, python), (directory) => {
    log(`${pythonPackages[0]}, boto3`);
    return buildPythonRuntime(python, directory);
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  await ensureLambdaRuntimes({
    home: join(root, ".cache", "lambda-runtimes"),
    shim: join(root, "sandbox", "runtimeShim", "index.js"),
    python: process.argv[2] ?? join(root, ".cache", "python", "bin", "python"),
    log: (message) => console.error(message),
  });
}
