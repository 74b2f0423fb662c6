import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../layers/location";
import { buildPage } from "../web/build";
import { type PageOptions, servePage } from "../web/server";
import type { Cleanup } from "./cleanup";

/** The folder of the built page: included in the npm package, built in a checkout. */
export async function pageDirectory(): Promise<string> {
  const root = packageRoot(__dirname);
  const packed = join(root, "page");
  return existsSync(packed) ? packed : buildPage(root);
}

/**
 * Serves the page with the stored telemetry.
 * @returns its address.
 */
export async function startPage(page: PageOptions, cleanup: Cleanup): Promise<string> {
  const served = cleanup.use(await servePage(page), (running) => running.close());
  return served.url;
}
