import { spawn } from "node:child_process";

/** Opens an address in a browser if there is a desktop. */
export function openBrowser(url: string): void {
  const command = browserCommand();
  // On a machine without such a command, the printed address is enough.
  if (command !== undefined) spawn(command, [url], { stdio: "ignore", detached: true }).on("error", () => {});
}

function browserCommand(): string | undefined {
  if (!process.stderr.isTTY) return undefined;
  if (process.platform === "darwin") return "open";
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? "xdg-open" : undefined;
}
