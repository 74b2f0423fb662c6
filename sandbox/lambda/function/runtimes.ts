import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** How functions of one runtime identifier are run. */
export interface LambdaRuntime {
  /** Directory for /var/runtime; null for a runtime that the function contains itself. */
  directory: string | null;
  /** Candidates for the runtime's command, by Lambda's paths; the first one whose last argument exists is used. */
  commands: string[][];
  /** Programs in /var/lang/bin, by name. */
  binaries: Record<string, string>;
  /** Environment variables of this kind of runtime. */
  environment: Record<string, string>;
  /** Managed runtimes log through a separate file descriptor in addition to standard output. */
  framedLogs: boolean;
  /** What differs from Lambda's runtime of that name, for the user. */
  notice?: string;
}

const DEFAULT_DIRECTORY = resolve(__dirname, "..", "..", "..", ".cache", "lambda-runtimes");

/** The runtime interface client changed its programming model with version 4. */
const nodeBundles: Record<string, string> = {
  18: "nodejs3",
  20: "nodejs3",
  22: "nodejs4",
  24: "nodejs4",
  26: "nodejs4",
};

/**
 * @param identifier such as `nodejs22.x`.
 * @param directory where the runtime interface clients are; default: where `npm run setup` puts them.
 * @throws if the sandbox does not support the identifier, or the clients are missing.
 */
export function findRuntime(identifier: string, directory: string = DEFAULT_DIRECTORY): LambdaRuntime {
  const node = /^nodejs(\d+)\.x$/.exec(identifier);
  if (node && node[1] in nodeBundles) return nodeRuntime(node[1], directory);
  const python = /^python(3\.\d+)$/.exec(identifier);
  if (python) return pythonRuntime(python[1], directory);
  if (/^java\d+(\.al\d+)?$/.test(identifier)) return javaRuntime(directory);
  if (/^provided\.al\d+$/.test(identifier)) return providedRuntime();
  throw new Error(
    `function.runtime: ${identifier} does not run locally; ` +
      `known: ${Object.keys(nodeBundles)
        .map((version) => `nodejs${version}.x`)
        .join(", ")}, python3.x, java, provided.al2, provided.al2023`,
  );
}

function bundle(directory: string, name: string): string {
  const path = join(directory, name);
  if (existsSync(path)) return path;
  throw new Error(`${path}: AWS's runtime interface client is missing; run: npm run setup`);
}

/** The runtime's own version of Node.js, if the set-up has installed it, otherwise this one. */
function nodeRuntime(version: string, directory: string): LambdaRuntime {
  const own = join(directory, `node${version}`, "node");
  const hasOwn = existsSync(own);
  const here = hasOwn ? version : process.versions.node.split(".")[0];
  return {
    directory: bundle(directory, nodeBundles[version]),
    commands: [["/var/lang/bin/node", "/var/runtime/index.mjs"]],
    binaries: { node: hasOwn ? realpathSync(own) : process.execPath },
    environment: {
      NODE_PATH: `/opt/nodejs/node${version}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task`,
    },
    framedLogs: true,
    notice: here === version ? undefined : `nodejs${version}.x runs on this machine's Node.js ${here} here.`,
  };
}

function pythonRuntime(version: string, directory: string): LambdaRuntime {
  const path = bundle(directory, "python");
  const interpreter = readFileSync(join(path, "interpreter"), "utf8");
  const here = /(3\.\d+)$/.exec(interpreter)?.[1] ?? version;
  return {
    directory: path,
    commands: [[`/var/lang/bin/python${version}`, "/var/runtime/bootstrap.py"]],
    binaries: { python3: interpreter, [`python${version}`]: interpreter },
    environment: { PYTHONPATH: "/var/runtime" },
    framedLogs: true,
    notice: here === version ? undefined : `python${version} runs on this machine's Python ${here} here.`,
  };
}

function javaRuntime(directory: string): LambdaRuntime {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const java = folders.map((folder) => join(folder, "java")).find((file) => existsSync(file));
  if (java === undefined) throw new Error("java is not on PATH: functions in Java need it");
  return {
    directory: bundle(directory, "java"),
    commands: [["/bin/sh", "/var/runtime/bootstrap"]],
    binaries: { java: realpathSync(java) },
    environment: {},
    framedLogs: true,
    notice: "Java functions run on this machine's java here.",
  };
}

function providedRuntime(): LambdaRuntime {
  return {
    directory: null,
    commands: [["/var/task/bootstrap"], ["/opt/bootstrap"]],
    binaries: {},
    environment: {},
    framedLogs: false,
  };
}
