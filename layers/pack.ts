import { copyFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { manifestFileName } from "./location";
import { builtLayers, layerArchitectures } from "./manifest";
import { readVerifiedLayers } from "./verifiedLayers";

/** Folder of the npm package that contains the zips. */
const packageDirectory = join(__dirname, "npm");

/**
 * Puts the built zips, their manifest and the licence into the npm package's folder.
 * @throws if a layer was not built: a package without it would break its users' functions.
 */
function fill(): void {
  const built = readVerifiedLayers();
  const { directory, layers, tracing } = built;
  const missing = [
    ...layerArchitectures.filter((architecture) => layers[architecture] === undefined),
    ...(tracing ? [] : ["light tracing"]),
  ];
  if (missing.length > 0) {
    throw new Error(
      `${directory} has no layer for ${missing.join(", ")}. Run \`npm run layers:build -- --all-architectures\` first.`,
    );
  }
  empty();
  for (const { path, file } of builtLayers(built)) copyFileSync(path, join(packageDirectory, file));
  copyFileSync(join(directory, manifestFileName), join(packageDirectory, manifestFileName));
  copyFileSync(join(__dirname, "..", "LICENSE"), join(packageDirectory, "LICENSE"));
}

/** Removes what {@link fill} added. */
function empty(): void {
  for (const name of readdirSync(packageDirectory)) {
    if (name.endsWith(".zip") || name === manifestFileName || name === "LICENSE") {
      rmSync(join(packageDirectory, name));
    }
  }
}

/** npm calls this before and after it packs the package: `pack.ts fill`, `pack.ts empty`. */
function main(): void {
  const actions: Record<string, () => void> = { fill, empty };
  const action = actions[process.argv[2] ?? ""];
  if (action === undefined)
    throw new Error(`the first argument must be one of: ${Object.keys(actions).join(", ")}`);
  action();
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
