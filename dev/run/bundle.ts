import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { ProjectError, type ProjectFunction } from "../project/project";
import { temporaryFolder } from "../project/temporaryFolder";

const runnable = [".js", ".mjs", ".cjs"];
const sources = [".ts", ".mts", ".cts", ".tsx"];

/**
 * The folder or zip to run a function from: its own code, or a bundle by esbuild for TypeScript.
 * @throws ProjectError if the handler's file does not exist or cannot be bundled.
 */
export async function runnableCode({ name, code, runtime, handler }: ProjectFunction): Promise<string> {
  if (!runtime.startsWith("nodejs") || !statSync(code).isDirectory()) return code;
  const module = modulePath(handler);
  const file = (extensions: readonly string[]) =>
    extensions.map((extension) => join(code, module + extension)).find((path) => existsSync(path));
  if (file(runnable) !== undefined) return code;
  const source = file(sources);
  // The runtime itself reports a missing handler; a layer may contain it.
  if (source === undefined) return code;
  return bundle(name, source, module);
}

/** `src/orders.create` is the module `src/orders`: everything before the first dot of the last part. */
export function modulePath(handler: string): string {
  const slash = handler.lastIndexOf("/") + 1;
  const dot = handler.indexOf(".", slash);
  return dot < 0 ? handler : handler.slice(0, dot);
}

async function bundle(name: string, source: string, module: string): Promise<string> {
  const { build } = await import("esbuild").catch(() => {
    throw new ProjectError(
      `${source}: TypeScript is bundled with esbuild, which is not installed: npm install --save-dev esbuild`,
    );
  });
  const directory = join(temporaryFolder(), "bundles", name);
  const esm = source.endsWith(".mts") || isModule(dirname(source));
  const { errors } = await build({
    entryPoints: [source],
    outfile: join(directory, `${module}.${esm ? "mjs" : "js"}`),
    bundle: true,
    platform: "node",
    target: "node20",
    format: esm ? "esm" : "cjs",
    sourcemap: "inline",
    // Lambda's runtimes include the AWS SDK; the project's own copy is bundled.
    external: hasSdk(dirname(source)) ? [] : ["@aws-sdk/*", "@smithy/*"],
    ...(esm && {
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
    }),
    logLevel: "silent",
  }).catch((failure: { errors?: { text: string; location?: { file: string; line: number } }[] }) => ({
    errors: failure.errors ?? [{ text: String(failure) }],
  }));
  const [error] = errors;
  if (error === undefined) return directory;
  const { text, location } = error as { text: string; location?: { file: string; line: number } | null };
  throw new ProjectError(`${location ? `${location.file}:${location.line}` : source}: ${text}`);
}

function isModule(folder: string): boolean {
  const manifest = above(folder, "package.json");
  if (manifest === undefined) return false;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { type?: string }).type === "module";
}

function hasSdk(folder: string): boolean {
  return above(folder, join("node_modules", "@aws-sdk")) !== undefined;
}

function above(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return join(at, name);
    if (dirname(at) === at) return undefined;
  }
}
