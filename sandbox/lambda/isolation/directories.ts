import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { LambdaRuntime } from "../function/runtimes";
import type { EnvironmentPaths } from "./probe";
import { type IsolationMode, needsMerged } from "./supervisor";

/** The directories that make up an environment. */
export interface EnvironmentDirectories {
  /** The function's code. */
  task: string;
  /** The layers, the one with precedence first. */
  layers: string[];
  /** All layers' files in one directory, for when the layers cannot be combined by an overlay mount. */
  merged?: string;
}

/** The directories that become /opt. */
export function mountedLayers(mode: IsolationMode, { layers, merged }: EnvironmentDirectories): string[] {
  if (!needsMerged(mode)) return layers;
  return merged === undefined ? [] : [merged];
}

/** Names of the files in /opt/extensions. */
export function extensionNames(layers: string[]): string[] {
  const names = layers.flatMap((layer) => {
    const directory = join(layer, "extensions");
    if (!existsSync(directory)) return [];
    return readdirSync(directory).filter((name) => statSync(join(directory, name)).isFile());
  });
  return [...new Set(names)];
}

/** Whether a file exists for the environment, by Lambda's path. */
export function existsForEnvironment(
  path: string,
  directories: EnvironmentDirectories,
  runtime: LambdaRuntime,
): boolean {
  const roots: [string, (string | null)[]][] = [
    ["/var/task/", [directories.task]],
    ["/opt/", directories.layers],
    ["/var/runtime/", [runtime.directory]],
  ];
  return roots.some(
    ([prefix, places]) =>
      path.startsWith(prefix) &&
      places.some((place) => place !== null && existsSync(join(place, path.slice(prefix.length)))),
  );
}

/** Without namespaces: the directories themselves, and links to the interpreters in the environment's own directory. */
export function makeMappedPaths(
  directories: EnvironmentDirectories,
  runtime: LambdaRuntime,
  directory: string,
): EnvironmentPaths {
  const lang = join(directory, "lang");
  mkdirSync(join(lang, "bin"), { recursive: true });
  for (const [name, target] of Object.entries(runtime.binaries)) symlinkSync(target, join(lang, "bin", name));
  const none = join(directory, "none");
  mkdirSync(none);
  return {
    task: directories.task,
    opt: directories.merged ?? none,
    runtime: runtime.directory ?? none,
    lang,
  };
}
