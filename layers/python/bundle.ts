import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tracingWrapper } from "../tracingWrapper";
import { writeEntries } from "../writeEntries";
import type { ZipEntry } from "../zip";

/** Where the Python runtime looks for modules of layers. */
const SEARCHED = "python";
const OWN = "clickstack/python";
/** Where the layer has compiled code, a file for each version. */
export const COMPILED = `${OWN}/compiled`;
/** Where tracebacks look for its sources. */
export const TRACEBACKS = `/opt/${OWN}`;

/**
 * The files of the tracing layer for Python, as in /opt: an exec wrapper, the module that the runtime loads, and the
 * package that it uses, as source, which is the same for every version. Compiled code is added separately
 * (`compiledPython`).
 * @param root of the checkout.
 */
export function pythonTracingLayer(root: string): ZipEntry[] {
  const source = join(root, "layers", "python");
  const file = (name: string, path: string): ZipEntry => ({
    name,
    content: readFileSync(join(source, path)),
    mode: 0o644,
  });
  const handler = "clickstack_handler.py";
  return [
    tracingWrapper(root),
    file(`${SEARCHED}/${handler}`, handler),
    file(`${OWN}/${handler}`, handler),
    ...modules(source, "clickstack_tracing").map((path) => file(`${OWN}/${path}`, path)),
  ];
}

/** Writes the tracing layer's files into a directory, as Lambda unpacks them into /opt. */
export function writePythonTracingLayer(root: string, directory: string): void {
  writeEntries(pythonTracingLayer(root), directory);
}

/** Compiled code for a layer's directory, from an interpreter of this machine and only for its version. */
export function compilePython(root: string, directory: string, interpreter: string): void {
  const source = join(root, "layers", "python");
  const args = [join(source, "compile.py"), source, join(directory, COMPILED), TRACEBACKS];
  execFileSync(interpreter, args, { env: { PYTHONNODEBUGRANGES: "1" } });
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
