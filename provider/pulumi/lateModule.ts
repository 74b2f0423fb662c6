import { createRequire, Module } from "node:module";

/**
 * Makes Pulumi load npm's resolver when it first serialises a closure, which a provider never does, and not at its
 * start, of which it takes a third.
 */
export function loadResolverLate(): void {
  loadLate("@npmcli/arborist", "@pulumi/pulumi", ["Arborist"]);
}

/**
 * Loads a package when one of its exports is first read, instead of when it is required.
 * @param name the package; nothing happens if the dependent has no such package, or it is loaded already.
 * @param dependent the package that requires it.
 * @param exported names of its exports that the dependent reads.
 */
function loadLate(name: string, dependent: string, exported: readonly string[]): void {
  const path = resolveFrom(dependent, name);
  if (path === undefined || require.cache[path] !== undefined) return;
  const late = new Module(path);
  const load = () => {
    if (require.cache[path] === late) delete require.cache[path];
    return require(path);
  };
  // `__esModule` keeps compiled imports from copying the exports, which would read them at once.
  late.exports = { __esModule: true };
  for (const key of exported) Object.defineProperty(late.exports, key, { get: () => load()[key] });
  late.loaded = true;
  require.cache[path] = late;
}

function resolveFrom(dependent: string, name: string): string | undefined {
  try {
    return createRequire(require.resolve(dependent)).resolve(name);
  } catch {
    return undefined;
  }
}
