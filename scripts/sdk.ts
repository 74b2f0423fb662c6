import { execFileSync } from "node:child_process";
import { renameSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");

/** Where the Python SDK is kept. */
export const pythonSdkDirectory = join(root, "sdk", "python");

/** Whether the SDKs can be generated here: that takes Go, for Pulumi's own generator (tools/sdkgen). */
export function canGenerateSdks(): boolean {
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Generates the Python SDK from schema.json into a directory, in place of what is there. */
export function generatePythonSdk(directory: string): void {
  const args = ["run", "./sdkgen", join(root, "schema.json"), "python", directory];
  execFileSync("go", args, { cwd: join(root, "tools"), stdio: ["ignore", "inherit", "inherit"] });
  // The generator puts it into the package, its pyproject.toml looks for it beside.
  renameSync(join(directory, "clickstack_lambda", "README.md"), join(directory, "README.md"));
}

if (require.main === module) {
  if (!canGenerateSdks()) throw new Error("the SDKs' generator needs Go: install it from https://go.dev/dl");
  generatePythonSdk(pythonSdkDirectory);
  console.log(`wrote ${pythonSdkDirectory}`);
}
