import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { functionDefaults, type Project, ProjectError } from "./project";
import { noRoutes } from "./routes";
import { mapOf, textOf } from "./values";

/** Runtimes of this machine, for folders that do not specify one. */
export interface HostRuntimes {
  node: string;
  python: string;
}

/** The user's options for a folder's function. */
export interface FolderOptions {
  handler?: string;
  runtime?: string;
}

const nodeExtensions = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];
const nodeModules = [
  "index",
  "handler",
  "app",
  "lambda",
  "main",
  "src/index",
  "src/handler",
  "src/app",
  "src/lambda",
];
const pythonModules = [
  "lambda_function",
  "app",
  "main",
  "handler",
  "index",
  "src/app",
  "src/main",
  "src/handler",
];
const names = "(handler|lambdaHandler|lambda_handler|main)";
const nodeExports = [
  new RegExp(`\\bexports\\.${names}\\s*=`),
  new RegExp(`\\bexport\\s+(?:const|let|async function|function)\\s+${names}\\b`),
  new RegExp(`\\bmodule\\.exports\\s*=\\s*\\{[^}]*\\b${names}\\b`),
  new RegExp(`\\bexport\\s*\\{[^}]*\\b${names}\\b`),
];
const pythonFunction = new RegExp(`^(?:async )?def ${names}\\(`, "m");

/** The function of a folder without a template: a handler in one of the usual files, or the module that package.json names. */
export function readPlainFolder(folder: string, hosts: HostRuntimes, options: FolderOptions = {}): Project {
  const found = foundFunction(folder, hosts, options);
  if (found === undefined)
    throw new ProjectError(
      `no function was found in ${folder}: no SAM or CloudFormation template, serverless.yml, cdk.json or Pulumi.yaml, ` +
        "and no handler in package.json's main, index.js, handler.js, app.js, lambda_function.py, app.py, main.py or bootstrap. " +
        "Pass the folder of a function, a template, or a handler (--handler src/orders.handler)",
    );
  return {
    kind: "folder",
    source: join(folder, found.file),
    folder,
    functions: [
      {
        name: textOf(manifestOf(folder).name)?.replace(/^@[^/]+\//, "") ?? basename(folder),
        aliases: [],
        runtime: options.runtime ?? found.runtime,
        handler: options.handler ?? found.handler,
        code: folder,
        memorySizeMb: functionDefaults.memorySizeMb,
        timeoutSeconds: 30,
        environment: {},
        layers: [],
        queues: [],
      },
    ],
    routes: noRoutes(),
    notices: [],
  };
}

interface Found {
  file: string;
  runtime: string;
  handler: string;
}

function foundFunction(
  folder: string,
  hosts: HostRuntimes,
  { handler, runtime }: FolderOptions,
): Found | undefined {
  if (handler !== undefined) return namedHandler(folder, hosts, handler, runtime);
  for (const module of nodeModuleNames(folder))
    for (const extension of nodeExtensions) {
      const file = `${module}${extension}`;
      const name = exportedName(join(folder, file), nodeExports);
      if (name !== undefined) return { file, runtime: hosts.node, handler: `${module}.${name}` };
    }
  for (const module of pythonModules) {
    const name = exportedName(join(folder, `${module}.py`), [pythonFunction]);
    if (name !== undefined)
      return { file: `${module}.py`, runtime: hosts.python, handler: `${module}.${name}` };
  }
  const bootstrap = join(folder, "bootstrap");
  if (existsSync(bootstrap) && (statSync(bootstrap).mode & 0o111) !== 0)
    return { file: "bootstrap", runtime: "provided.al2023", handler: "bootstrap" };
  return undefined;
}

/** A handler given by the user; the runtime follows from its file. */
function namedHandler(
  folder: string,
  hosts: HostRuntimes,
  handler: string,
  runtime: string | undefined,
): Found {
  const module = handler.slice(0, handler.lastIndexOf("."));
  const python = `${module}.py`;
  if (existsSync(join(folder, python))) return { file: python, runtime: hosts.python, handler };
  const file = nodeExtensions
    .map((extension) => `${module}${extension}`)
    .find((path) => existsSync(join(folder, path)));
  if (file !== undefined) return { file, runtime: hosts.node, handler };
  if (runtime !== undefined) return { file: handler, runtime, handler };
  throw new ProjectError(
    `--handler ${handler}: ${folder} has no ${module}.js, .mjs, .cjs, .ts or .py. Name file and function, such as src/orders.handler`,
  );
}

function nodeModuleNames(folder: string): string[] {
  const main = textOf(manifestOf(folder).main);
  return main === undefined
    ? nodeModules
    : [main.replace(/^\.\//, "").replace(/\.[cm]?[jt]s$/, ""), ...nodeModules];
}

function manifestOf(folder: string): Record<string, unknown> {
  const path = join(folder, "package.json");
  if (!existsSync(path)) return {};
  try {
    return mapOf(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new ProjectError(`${resolve(path)}: ${(error as Error).message}`);
  }
}

function exportedName(path: string, patterns: readonly RegExp[]): string | undefined {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined;
  const text = readFileSync(path, "utf8");
  return patterns.map((pattern) => pattern.exec(text)?.[1]).find((name) => name !== undefined);
}
