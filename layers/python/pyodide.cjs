// Runs a script of this folder in a Python of WebAssembly, whose code is that of every other build of the version:
//   node pyodide.cjs DIRECTORY_OF_PYODIDE SCRIPT TARGET [ARGUMENT...]
// The script's arguments are this folder, the target and the further ones.
const { mkdirSync } = require("node:fs");
const { join } = require("node:path");

async function main([pyodide, script, target, ...more]) {
  const { loadPyodide } = require(join(pyodide, "pyodide.js"));
  // Columns of errors would make the code half as large again.
  const python = await loadPyodide({
    indexURL: `${pyodide}/`,
    env: { PYTHONNODEBUGRANGES: "1", HOME: "/", PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1" },
  });
  mkdirSync(target, { recursive: true });
  const folders = { "/sources": __dirname, "/target": target };
  for (const [mounted, folder] of Object.entries(folders)) python.mountNodeFS(mounted, folder);
  python.globals.set("arguments", python.toPy([...Object.keys(folders), ...more]));
  python.runPython(`import runpy; runpy.run_path("/sources/${script}")["main"](*arguments)`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
