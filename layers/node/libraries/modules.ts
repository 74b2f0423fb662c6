import * as nodeModule from "node:module";
import { safely } from "../tracing/invocation";

/** A hook for a file of a package, which runs once it has been loaded. */
export interface ModuleHook {
  /** Part of the file's path that identifies it, such as `/node_modules/pg/lib/client.js`. */
  path: string;
  patch: (exports: unknown) => void;
}

interface LoadedModule {
  exports: unknown;
}
type Load = (this: LoadedModule, filename: string) => unknown;

/**
 * Calls hooks for the files that they name, right after these were loaded: by `require`, and also by `import` if the
 * file is CommonJS, as those of every package that is hooked here are. Without such a file each loaded module costs one
 * comparison. In bundles, files are merged and are not found.
 */
export function watchModules(hooks: readonly ModuleHook[]): void {
  const prototype = (nodeModule.Module as unknown as { prototype: { load?: Load } }).prototype;
  const original = prototype.load;
  if (typeof original !== "function") return;
  prototype.load = function load(this: LoadedModule, filename: string): unknown {
    const result = original.call(this, filename);
    if (typeof filename === "string" && filename.includes("node_modules")) {
      safely(() => {
        const path = filename.replaceAll("\\", "/");
        for (const hook of hooks) if (path.includes(hook.path)) safely(() => hook.patch(this.exports));
      });
    }
    return result;
  };
}
