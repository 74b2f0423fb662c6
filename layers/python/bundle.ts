import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tracingWrapper } from "../tracingWrapper";
import { writeEntries } from "../writeEntries";
import type { ZipEntry } from "../zip";

/** Where the Python runtime looks for modules of layers. */
const SEARCHED = "python";
const OWN = "clickstack/python";
/** Where the layer has compiled code, for all versions. */
export const COMPILED = `${OWN}/compiled`;

/** The module that the runtime loads, which the layer contains twice. */
const HANDLER = "clickstack_handler.py";

/**
 * The files of the tracing layer for Python, as in /opt: an exec wrapper, the module that the runtime loads, and the
 * package that it uses, as source, which is the same for every version. A release has them without comments, and with
 * compiled code (`releasedPython`).
 * @param root of the checkout.
 */
export function pythonTracingLayer(root: string): ZipEntry[] {
  const source = join(root, "layers", "python");
  return [tracingWrapper(root), ...pythonEntries(source, pythonSources(root))];
}

/** The layer's Python files, as paths below their folder. */
export function pythonSources(root: string): string[] {
  const source = join(root, "layers", "python");
  return [HANDLER, "clickstack_compiled.py", ...modules(source, "clickstack_tracing")];
}

/** Files of a folder at their places in the layer. */
export function pythonEntries(folder: string, paths: readonly string[]): ZipEntry[] {
  const entry = (name: string, path: string): ZipEntry => ({
    name,
    content: readFileSync(join(folder, path)),
    mode: 0o644,
  });
  return paths.flatMap((path) => [
    ...(path === HANDLER ? [entry(`${SEARCHED}/${path}`, path)] : []),
    entry(`${OWN}/${path}`, path),
  ]);
}

/** Writes the tracing layer's files into a directory, as Lambda unpacks them into /opt. */
export function writePythonTracingLayer(root: string, directory: string): void {
  writeEntries(pythonTracingLayer(root), directory);
}

/** Compiled code for a layer's directory, from an interpreter of this machine and only for its version. */
export function compilePython(root: string, directory: string, interpreter: string): void {
  const source = join(root, "layers", "python");
  const args = [join(source, "compile.py"), source, join(directory, OWN)];
  execFileSync(interpreter, args, { env: { PYTHONNODEBUGRANGES: "1", PYTHONDONTWRITEBYTECODE: "1" } });
}

function modules(source: string, folder: string): string[] {
  return readdirSync(join(source, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === "__pycache__" ? [] : modules(source, path);
      return entry.name.endsWith(".py") ? [path] : [];
    })
    .sort();
}
