import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The parts of AWS's SDK that Lambda's Node.js runtimes contain, as far as functions here use them. */
const packages = [
  "@aws-sdk/client-eventbridge",
  "@aws-sdk/client-lambda",
  "@aws-sdk/client-sns",
  "@aws-sdk/client-sqs",
];

/**
 * A layer with AWS's SDK for Node.js, which AWS's runtimes contain and the interface clients that run here do not: created
 * from what this checkout has installed, once for each version. Python's runtime has boto3 (scripts/setup/lambdaRuntimes.mjs).
 * @param root of the checkout.
 * @param cacheDirectory where the layer is stored.
 * @returns its directory.
 */
export function awsSdkLayer(root: string, cacheDirectory: string): string {
  const resolve = createRequire(join(root, "package.json"));
  const version = String(manifestOf(packageFolder(resolve, "@aws-sdk/client-sqs", root)).version);
  // A layer created by an earlier version contains other packages.
  const layer = join(cacheDirectory, `aws-sdk-${version}`);
  if (existsSync(layer)) return layer;
  const unfinished = `${layer}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  try {
    copyNodeModules(root, join(unfinished, "nodejs", "node_modules"));
    renameSync(unfinished, layer);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Unless another process created it first.
    if (!existsSync(layer)) throw error;
  }
  return layer;
}

/**
 * The packages with all their dependencies, in one directory; if two versions of a package are needed, the second is
 * inside its dependent.
 */
function copyNodeModules(root: string, to: string): void {
  const placed = new Map<string, string>();
  const place = (name: string, from: string, user: string): void => {
    const folder = packageFolder(createRequire(join(from, "package.json")), name, from);
    const there = placed.get(name);
    if (there === folder) return;
    const target = there === undefined ? join(to, name) : join(user, "node_modules", name);
    if (existsSync(target)) return;
    if (there === undefined) placed.set(name, folder);
    linkTree(folder, target);
    const { dependencies = {} } = manifestOf(folder);
    for (const dependency of Object.keys(dependencies)) place(dependency, folder, target);
  };
  for (const name of packages) place(name, root, to);
}

function packageFolder(resolve: NodeJS.Require, name: string, from: string): string {
  const found = resolve.resolve.paths(name)?.map((folder) => join(folder, name));
  const folder = found?.find((path) => existsSync(join(path, "package.json")));
  if (folder === undefined) throw new Error(`${name} is not installed for ${from}: run \`npm ci\``);
  // pnpm installs packages as links; their dependencies are beside the packages themselves.
  return realpathSync(folder);
}

function manifestOf(folder: string): { version?: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** Linked rather than copied where possible: copies would take megabytes. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules") linkTree(source, target);
    } else if (!/\.(d\.ts|map|md)$/.test(entry.name)) {
      link(source, target);
    }
  }
}

function link(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  try {
    linkSync(source, target);
  } catch {
    cpSync(source, target);
  }
}
