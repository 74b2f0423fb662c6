import { spawn } from "node:child_process";

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
