import { join } from "node:path";
import { parseArgs } from "node:util";
import { hostArchitecture } from "../compile";
import { builtLayers, layerArchitectures } from "../manifest";
import { buildReleasedLayers } from "./releasedLayers";

/** `npm run layers:build [-- --all-architectures]` */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { "all-architectures": { type: "boolean", default: false } } });
  const architectures = values["all-architectures"] ? layerArchitectures : [hostArchitecture()];
  const root = join(__dirname, "..", "..");
  const log = (detail: string): void => console.error(`… ${detail}`);
  const built = await buildReleasedLayers({ root, architectures, log });
  console.log(built.directory);
  for (const layer of builtLayers(built)) {
    console.log(
      `${layer.file}  ${megabytes(layer.size)} (${megabytes(layer.unzippedSize)} unzipped)  sha256 ${layer.sha256}`,
    );
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
