import { createHash } from "node:crypto";
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

const scope = "@aws-sdk";
/** The parts of AWS's SDK, which Lambda's Node.js runtimes contain, that are here in any case. */
const packages = [
  "@aws-sdk/client-eventbridge",
  "@aws-sdk/client-lambda",
  "@aws-sdk/client-sns",
  "@aws-sdk/client-sqs",
];

/** Where the packages of {@link awsSdkLayer} come from. */
export interface SdkSources {
  /** Root of the checkout or of the package, which has some clients. */
  root: string;
  /** Directory of the user's project; all that it has of the SDK, in its versions, precedes the root's. */
  project?: string;
}

/**
 * A layer with AWS's SDK for Node.js, which AWS's runtimes contain and the interface clients that run here do not: created
 * from what is installed, once for each set of versions. Python's runtime has boto3 (scripts/setup/lambdaRuntimes.mjs).
 * @param cacheDirectory where the layer is stored.
 * @returns its directory.
 */
export function awsSdkLayer({ root, project }: SdkSources, cacheDirectory: string): string {
  const sources = [
    ...(project === undefined ? [] : installedPackages(project).map((name) => ({ name, from: project }))),
    ...packages.map((name) => ({ name, from: root })),
  ];
  // A layer created of other versions, or by an earlier version of this, contains other packages.
  const versions = sources.map(({ name, from }) => `${name}@${manifestOf(folderOf(name, from)).version}`);
  const digest = createHash("sha256").update(versions.join("\n")).digest("hex");
  const layer = join(cacheDirectory, `aws-sdk-${digest.slice(0, 16)}`);
  if (existsSync(layer)) return layer;
  const unfinished = `${layer}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  try {
    copyNodeModules(sources, join(unfinished, "nodejs", "node_modules"));
    renameSync(unfinished, layer);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Unless another process created it first.
    if (!existsSync(layer)) throw error;
  }
  return layer;
}

/** The packages of the SDK that are installed for a directory, there or above it. */
function installedPackages(directory: string): string[] {
  for (let at = directory; ; at = dirname(at)) {
    const folder = join(at, "node_modules", scope);
    if (existsSync(folder))
      return readdirSync(folder)
        .sort()
        .map((name) => `${scope}/${name}`);
    if (dirname(at) === at) return [];
  }
}

/**
 * The packages with all their dependencies, in one directory; if two versions of a package are needed, the second is
 * inside its dependent. Of packages that have two sources, the first counts.
 */
function copyNodeModules(sources: readonly { name: string; from: string }[], to: string): void {
  const placed = new Map<string, string>();
  const place = (name: string, from: string, user: string): void => {
    const folder = folderOf(name, from);
    const there = placed.get(name);
    if (there === folder) return;
    const target = there === undefined ? join(to, name) : join(user, "node_modules", name);
    if (existsSync(target)) return;
    if (there === undefined) placed.set(name, folder);
    linkTree(folder, target);
    const { dependencies = {} } = manifestOf(folder);
    for (const dependency of Object.keys(dependencies)) place(dependency, folder, target);
  };
  for (const { name, from } of sources) if (!placed.has(name)) place(name, from, to);
}

function folderOf(name: string, from: string): string {
  const found = createRequire(join(from, "package.json"))
    .resolve.paths(name)
    ?.map((folder) => join(folder, name));
  const folder = found?.find((path) => existsSync(join(path, "package.json")));
  if (folder === undefined) throw new Error(`${name} is not installed for ${from}: run \`npm ci\``);
  // pnpm installs packages as links; their dependencies are beside the packages themselves.
  return realpathSync(folder);
}

function manifestOf(folder: string): { version?: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** Linked rather than copied where possible: copies would take megabytes. Folders of types alone are left out. */
function linkTree(from: string, to: string): void {
  const entries = readdirSync(from, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== "node_modules");
  const files = entries.filter((entry) => !entry.isDirectory() && !/\.(d\.ts|map|md)$/.test(entry.name));
  if (files.length > 0) mkdirSync(to, { recursive: true });
  for (const { name } of files) link(join(from, name), join(to, name));
  for (const { name } of folders) linkTree(join(from, name), join(to, name));
}

function link(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    cpSync(source, target);
  }
}
