import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildLayers } from "./buildLayers";
import { hostArchitecture } from "./compile";
import { layerArchitectures } from "./manifest";

/** `npm run layers:build [-- --all-architectures]` */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { "all-architectures": { type: "boolean", default: false } } });
  const architectures = values["all-architectures"] ? layerArchitectures : [hostArchitecture()];
  const { layers, directory } = await buildLayers({
    root: join(__dirname, ".."),
    architectures,
    log: (detail) => console.error(`… ${detail}`),
  });
  console.log(directory);
  for (const layer of Object.values(layers)) {
    console.log(
      `${layer.file}  ${(layer.size / 1e6).toFixed(2)} MB (${(layer.unzippedSize / 1e6).toFixed(2)} MB unzipped)  sha256 ${layer.sha256}`,
    );
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
