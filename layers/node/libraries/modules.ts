import * as nodeModule from "node:module";
import { safely } from "../tracing/invocation";

/** What is to be done with a file of a package once it has been loaded. */
export interface ModuleHook {
  /** Part of the file's path that tells it, such as `/node_modules/pg/lib/client.js`. */
  path: string;
  patch: (exports: unknown) => void;
}

interface LoadedModule {
  exports: unknown;
}
type Load = (this: LoadedModule, filename: string) => unknown;

/**
 * Calls hooks for the files that they name, right after these were loaded: by `require`, and by `import` too where the file is
 * CommonJS, as those of every package that is hooked here are. Without such a file each module that is loaded costs a comparison.
 * Bundlers put files together: nothing is found in what they make.
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
