import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");
const schemaPath = join(root, "schema.json");

/** Pulumi languages that the generator in tools/sdkgen supports. */
export type SdkLanguage = "python" | "nodejs" | "go";

/** Folder of the Python SDK. */
export const pythonSdkDirectory = join(root, "sdk", "python");

/** Whether the SDKs can be generated here: Pulumi's own generator (tools/sdkgen) needs Go. */
export function canGenerateSdks(): boolean {
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Generates the SDK of a language from schema.json into a directory, replacing its content. */
export function generateSdk(language: SdkLanguage, directory: string): void {
  const args = ["run", "./sdkgen", schemaPath, language, directory];
  execFileSync("go", args, { cwd: join(root, "tools"), stdio: ["ignore", "inherit", "inherit"] });
}

/** Generates the Python SDK from schema.json into a directory, replacing its content. */
export function generatePythonSdk(directory: string): void {
  generateSdk("python", directory);
  // The generator writes it into the package, but its pyproject.toml expects it one folder above.
  renameSync(join(directory, "clickstack_lambda", "README.md"), join(directory, "README.md"));
}

/**
 * A folder of .cache with the SDK of a language in `sdk`, generated if there is none yet for this schema.json and
 * generator. What is built from it can be stored next to it.
 */
export function cachedSdk(language: SdkLanguage): string {
  const cache = join(root, ".cache", "sdk");
  const directory = join(cache, `${language}-${sourceDigest()}`);
  if (existsSync(directory)) return directory;
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, "partial-"));
  try {
    generateSdk(language, join(partial, "sdk"));
    renameSync(partial, directory);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    // Another process may have created it first.
    if (!existsSync(directory)) throw error;
  }
  return directory;
}

/** Digest of everything that determines the generator's output. */
function sourceDigest(): string {
  const generator = join(root, "tools", "sdkgen");
  const sources = readdirSync(generator).map((name) => join(generator, name));
  const hash = createHash("sha256");
  for (const path of [schemaPath, join(root, "tools", "go.sum"), ...sources.sort()]) {
    hash.update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

if (require.main === module) {
  if (!canGenerateSdks()) throw new Error("the SDKs' generator needs Go: install it from https://go.dev/dl");
  generatePythonSdk(pythonSdkDirectory);
  console.log(`wrote ${pythonSdkDirectory}`);
}
