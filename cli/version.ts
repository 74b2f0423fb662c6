import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../layers/location";

/** Version of this package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(__dirname), "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}
