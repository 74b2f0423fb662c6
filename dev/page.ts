import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../layers/location";
import { buildPage } from "../web/build";
import { type PageOptions, servePage } from "../web/server";
import type { Cleanup } from "./cleanup";

/**
 * Serves the page over what is stored.
 * @returns its address.
 */
export async function startPage(page: Omit<PageOptions, "directory">, cleanup: Cleanup): Promise<string> {
  const root = packageRoot(__dirname);
  // The npm package brings it ready.
  const packed = join(root, "page");
  const directory = existsSync(packed) ? packed : await buildPage(root);
  const served = cleanup.use(await servePage({ ...page, directory }), (running) => running.close());
  return served.url;
}

/** Opens an address in a browser where there is a desktop. */
export function openBrowser(url: string): void {
  const command = browserCommand();
  // A machine without such a command is one where the address is enough.
  if (command !== undefined) spawn(command, [url], { stdio: "ignore", detached: true }).on("error", () => {});
}

function browserCommand(): string | undefined {
  if (!process.stderr.isTTY) return undefined;
  if (process.platform === "darwin") return "open";
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? "xdg-open" : undefined;
}
