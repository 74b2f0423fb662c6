import { sep } from "node:path";

/** Milliseconds without further changes before a change is reported: editors write files in several steps. */
const QUIET_MS = 80;

const ignored = new Set([
  "node_modules",
  ".git",
  ".venv",
  "venv",
  "__pycache__",
  ".aws-sam",
  ".serverless",
  ".pulumi",
  ".pytest_cache",
]);

/** Whether changes of a path do not affect a function. */
export function isIgnored(path: string, folder: string): boolean {
  if (!path.startsWith(folder)) return false;
  return path
    .slice(folder.length)
    .split(sep)
    .some((part) => ignored.has(part) || part.endsWith("~") || part.endsWith(".swp"));
}

/**
 * Watches folders; `changed` receives the paths of every burst of changes.
 * @returns stops watching.
 */
export async function watchFolders(
  folders: readonly string[],
  changed: (paths: readonly string[]) => void,
): Promise<() => Promise<void>> {
  const { watch } = await import("chokidar");
  let timer: NodeJS.Timeout | undefined;
  const paths: string[] = [];
  const watcher = watch([...folders], {
    ignoreInitial: true,
    ignored: (path) => folders.some((folder) => isIgnored(path, folder)),
  });
  watcher.on("all", (_event, path) => {
    paths.push(path);
    clearTimeout(timer);
    timer = setTimeout(() => changed(paths.splice(0)), QUIET_MS);
  });
  watcher.on("error", () => {}); // running the function reports a folder that no longer exists
  await new Promise<void>((ready) => watcher.once("ready", () => ready()));
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}
