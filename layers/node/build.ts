import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zip } from "../zip";
import { tracingLayer } from "./bundle";

/** `npm run layers:node`: the zip of the tracing layer for Node.js, for every architecture. */
async function main(): Promise<void> {
  const root = join(__dirname, "..", "..");
  const directory = join(root, "dist", "layers");
  const bytes = await zip(await tracingLayer(root));
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "clickstack-tracing-nodejs.zip");
  writeFileSync(file, bytes);
  console.log(`${file}  ${(bytes.length / 1e3).toFixed(1)} kB`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
