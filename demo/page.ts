import { spawn } from "node:child_process";
import { join } from "node:path";
import type { EmbeddedClickHouse } from "../sandbox/clickhouse";
import { buildPage } from "../web/build";
import { servePage } from "../web/server";
import type { Cleanup } from "./cleanup";

const root = join(__dirname, "..");

/**
 * Serves the page over what the demo stores, and opens it in a browser where there is a desktop.
 * @returns its address.
 */
export async function openPage(clickhouse: EmbeddedClickHouse, cleanup: Cleanup): Promise<string> {
  const directory = await buildPage(root);
  const page = cleanup.use(await servePage({ source: clickhouse, directory }), (served) => served.close());
  const command = browserCommand();
  // A machine without such a command is one where the address is enough.
  if (command !== undefined)
    spawn(command, [page.url], { stdio: "ignore", detached: true }).on("error", () => {});
  return page.url;
}

function browserCommand(): string | undefined {
  if (!process.stderr.isTTY) return undefined;
  if (process.platform === "darwin") return "open";
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? "xdg-open" : undefined;
}
