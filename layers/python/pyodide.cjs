// Runs compile.py in a Python of WebAssembly, whose code is that of every other build of the version:
//   node pyodide.cjs DIRECTORY_OF_PYODIDE SOURCES TARGET FOLDER_IN_TRACEBACKS
const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

async function main([pyodide, sources, target, folder]) {
  const { loadPyodide } = require(join(pyodide, "pyodide.js"));
  // Columns of errors would make the code half as large again.
  const python = await loadPyodide({
    indexURL: `${pyodide}/`,
    env: { PYTHONNODEBUGRANGES: "1", HOME: "/", PYTHONHASHSEED: "0" },
  });
  python.globals.set("__name__", "compile");
  python.runPython(readFileSync(join(__dirname, "compile.py"), "utf8"));
  const read = (path) => readFileSync(join(sources, path), "utf8");
  const tag = python.runPython("tag()");
  const content = python.globals.get("compiled")(read, folder).toJs();
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, tag), content);
  console.log(tag);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
