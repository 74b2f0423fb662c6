import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pythonSdkDirectory } from "../../scripts/sdk";

const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));

/**
 * Calls `use` with an environment in which Python finds the generated SDK as an installed package (it queries its own
 * version, which only an installed one has), without installing it anywhere.
 */
export async function withInstalledSdk<T>(
  use: (environment: Record<string, string>) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "python-sdk-test-"));
  try {
    const metadata = join(directory, `clickstack_lambda-${version}.dist-info`);
    mkdirSync(metadata);
    writeFileSync(
      join(metadata, "METADATA"),
      `Metadata-Version: 2.1\nName: clickstack_lambda\nVersion: ${version}\n`,
    );
    return await use({
      PYTHONPATH: [directory, pythonSdkDirectory].join(delimiter),
      PYTHONDONTWRITEBYTECODE: "1",
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
