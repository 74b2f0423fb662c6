// Modules of the engine that is built from source, with one difference to those of its release: two libraries that rate
// passwords read their dictionaries when they first rate one, instead of whenever the program starts. It halves the
// processor time of a start (0.15 s), and a test run starts the engine 800 times.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./run.mjs";

const modules = ["github.com/nbutton23/zxcvbn-go", "github.com/ccojocar/zxcvbn-go"];

/** Text by file: what is replaced, and by what. `Omnimatch` calls `loadFrequencyList` if that has not happened. */
const edits = {
  "frequency/frequency.go": [["func init() {", "func Load() {"]],
  "matching/matching.go": [
    ["func init() {\n\tloadFrequencyList()\n}\n", ""],
    ["func loadFrequencyList() {\n", "func loadFrequencyList() {\n\tfrequency.Load()\n"],
  ],
};

/** What {@link withLazyDictionaries} does, as a part of a stamp. */
export const modulesInput = JSON.stringify({ modules, edits });

/**
 * Runs a build with these modules.
 * @param cwd folder of the go.mod, whose modules have been downloaded
 * @param folder is made for the sources, and removed. Always the same one, since Go's cache depends on it.
 * @param build gets the arguments of `go build` that select the modules
 */
export async function withLazyDictionaries(cwd, folder, build) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    const modfile = join(folder, "go.mod");
    let text = readFileSync(join(cwd, "go.mod"), "utf8");
    for (const [i, name] of modules.entries()) {
      const source = (await run("go", ["list", "-m", "-f", "{{.Dir}}", name], { cwd })).trim();
      const copy = join(folder, String(i));
      editedCopy(name, source, copy);
      text += `\nreplace ${name} => ${copy}\n`;
    }
    writeFileSync(modfile, text);
    copyFileSync(join(cwd, "go.sum"), join(folder, "go.sum"));
    await build(["-modfile", modfile]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A copy of the Go files, without their permissions: those in Go's cache, and their folders, can't be changed. */
function editedCopy(name, source, copy) {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((path) => path.endsWith(".go") && !path.endsWith("_test.go"))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), readFileSync(join(source, file)));
  }
  writeFileSync(join(copy, "go.mod"), `module ${name}\n`);
  for (const [file, replacements] of Object.entries(edits)) {
    let text = readFileSync(join(copy, file), "utf8");
    for (const [before, after] of replacements) {
      if (text.split(before).length !== 2)
        throw new Error(`${name}/${file} is not as expected: adapt scripts/setup/engineModules.mjs`);
      text = text.replace(before, after);
    }
    writeFileSync(join(copy, file), text);
  }
}
