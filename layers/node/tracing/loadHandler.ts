import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, resolve } from "node:path";
import type { Handler } from "./wrapHandler";

/** The error that the runtime reports for an unusable handler; its name becomes `errorType`. */
class HandlerError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = `Runtime.${name}`;
  }
}

/**
 * Loads the user's handler like AWS's runtime interface client: up to Node.js 20 with `require`, and `import` for ES
 * modules, from Node.js 22 on only with `import`. Errors of the user's modules are passed on unchanged, so that the
 * runtime reports them as without this layer.
 * @param handler as in `_HANDLER`, such as `src/index.handler`.
 */
export async function loadHandler(
  root: string,
  handler: string,
  node = process.versions.node,
): Promise<Handler> {
  if (handler.includes("..")) {
    const rest =
      "is not a valid handler name. Use absolute paths when specifying root directories in handler names.";
    throw new HandlerError("MalformedHandlerName", `'${handler}' ${rest}`);
  }
  const name = basename(handler);
  const folder = handler.slice(0, handler.indexOf(name));
  const [, file, path] = /^([^.]*)\.(.*)$/.exec(name) ?? [];
  if (file === undefined || path === undefined) throw new HandlerError("MalformedHandlerName", "Bad handler");
  const load = Number.parseInt(node, 10) >= 22 ? importFirst : requireFirst;
  const loaded = await load(root, folder, file);
  const found = valueAt(loaded, path) ?? valueAt(valueAt(loaded, "default"), path);
  if (!found) throw new HandlerError("HandlerNotFound", `${handler} is undefined or not exported`);
  if (typeof found !== "function") throw new HandlerError("HandlerNotFound", `${handler} is not a function`);
  return found as Handler;
}

function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split(".")) {
    if (found === null || (typeof found !== "object" && typeof found !== "function")) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

async function importFirst(root: string, folder: string, file: string): Promise<unknown> {
  const path = resolve(root, folder, file);
  for (const ending of ["", ".js", ".mjs", ".cjs"]) {
    if (existsSync(path + ending)) return import(path + ending);
  }
  return requirePackage(root, folder, file);
}

async function requireFirst(root: string, folder: string, file: string): Promise<unknown> {
  const path = resolve(root, folder, file);
  const required = createRequire(path);
  if (existsSync(path)) return required(path);
  const isModule = existsSync(`${path}.js`) && isInModulePackage(dirname(path));
  if (existsSync(`${path}.js`)) return isModule ? import(`${path}.js`) : required(`${path}.js`);
  if (existsSync(`${path}.mjs`)) return import(`${path}.mjs`);
  if (existsSync(`${path}.cjs`)) return required(`${path}.cjs`);
  return requirePackage(root, folder, file);
}

/** A package, resolved by Node.js from the function's folder. */
function requirePackage(root: string, folder: string, name: string): unknown {
  const required = createRequire(resolve(root, "index.js"));
  return required(required.resolve(name, { paths: [root, resolve(root, folder)] }));
}

/** Whether the nearest package.json says `"type": "module"`. */
function isInModulePackage(folder: string): boolean {
  if (folder.endsWith("/node_modules")) return false;
  const file = resolve(folder, "package.json");
  if (existsSync(file)) {
    try {
      return (JSON.parse(readFileSync(file, "utf8")) as { type?: unknown } | null)?.type === "module";
    } catch {
      return false;
    }
  }
  return folder === "/" ? false : isInModulePackage(dirname(folder));
}
