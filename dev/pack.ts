import { copyFileSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { buildPage } from "../web/build";

const root = join(__dirname, "..");
/** Folder of the npm package that contains `dev`. */
const packageDirectory = join(__dirname, "npm");

/** Entry points, which are packed with everything that they import: `dev` itself, and ClickHouse's process. */
const programs = ["dev/main.ts", "sandbox/clickhouse/main.ts"];
/** Other files that these read and run. */
const assets = ["sandbox/lambda/isolation/init", "sandbox/runtimeShim"];
const setup = "scripts/setup/lambdaRuntimes.mjs";

/** The programs' sources in the checkout, and the packages that they import. */
export async function sourcesOfDev(): Promise<{ files: string[]; packages: string[] }> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: programs,
    outdir: "unused",
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    packages: "external",
    logLevel: "warning",
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  const packages = imports
    .filter(({ external, path }) => external && !path.startsWith("node:"))
    .map(({ path }) => path.match(/^(?:@[^/]+\/)?[^/]+/)?.[0] ?? path);
  return { files: Object.keys(metafile.inputs), packages: [...new Set(packages)].sort() };
}

/** Puts the compiled program, what it runs, the page and the licence into the npm package's folder. */
export async function fillDevPackage(directory: string): Promise<void> {
  emptyDevPackage(directory);
  const { files } = await sourcesOfDev();
  const compiled = files.filter((file) => file.endsWith(".ts"));
  const outdir = join(directory, "dist");
  await build({
    absWorkingDir: root,
    entryPoints: compiled,
    outdir,
    outbase: root,
    format: "cjs",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  await build({
    entryPoints: [join(root, setup)],
    outfile: join(outdir, setup),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  for (const file of [...assets, ...files.filter((one) => !compiled.includes(one))]) {
    mkdirSync(dirname(join(outdir, file)), { recursive: true });
    cpSync(join(root, file), join(outdir, file), {
      recursive: true,
      filter: (path) => !path.includes("__pycache__"),
    });
  }
  await buildPage(root, join(directory, "page"));
  copyFileSync(join(root, "LICENSE"), join(directory, "LICENSE"));
}

/** Removes the files that {@link fillDevPackage} put there. */
function emptyDevPackage(directory: string): void {
  for (const name of ["dist", "page", "LICENSE"])
    rmSync(join(directory, name), { recursive: true, force: true });
}

/** npm calls this before and after it packs the package: `pack.ts fill`, `pack.ts empty`. */
async function main(): Promise<void> {
  const actions: Record<string, (directory: string) => void | Promise<void>> = {
    fill: fillDevPackage,
    empty: emptyDevPackage,
  };
  const action = actions[process.argv[2] ?? ""];
  if (action === undefined)
    throw new Error(`the first argument must be one of: ${Object.keys(actions).join(", ")}`);
  await action(packageDirectory);
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
