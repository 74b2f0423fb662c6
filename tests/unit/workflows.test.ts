import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");
const directory = join(root, ".github/workflows");
const python = join(root, ".cache/python/bin/python");
const scripts: Record<string, string> = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts;

interface Workflow {
  jobs: Record<
    string,
    { needs?: string | string[]; uses?: string; steps?: { run?: string; uses?: string }[] }
  >;
}

/** A workflow as data, read by the YAML parser that the set-up's Python has. */
function read(file: string): Workflow {
  const script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1])), default=str))";
  return JSON.parse(execFileSync(python, ["-c", script, join(directory, file)], { encoding: "utf8" }));
}

for (const file of readdirSync(directory)) {
  describe(`the workflow ${file}`, () => {
    let workflow: Workflow;
    before(function () {
      if (!existsSync(python)) this.skip();
      workflow = read(file);
    });

    it("runs scripts that there are, in a shell's grammar", () => {
      for (const { steps = [] } of Object.values(workflow.jobs)) {
        for (const { run, uses } of steps) {
          assert.ok(run !== undefined || uses !== undefined);
          if (run === undefined) continue;
          execFileSync("bash", ["-n"], { input: run });
          for (const [, name = ""] of run.matchAll(/npm run (?:--silent )?([\w:]+)/g)) {
            assert.ok(scripts[name], `package.json has no script ${name}`);
          }
          for (const [path] of run.matchAll(/^\.[\w/]+/g)) assert.ok(existsSync(join(root, path)), path);
        }
      }
    });

    it("waits for jobs and calls workflows that there are", () => {
      for (const { needs = [], uses } of Object.values(workflow.jobs)) {
        for (const job of [needs].flat()) assert.ok(workflow.jobs[job], job);
        if (uses?.startsWith("./")) assert.ok(existsSync(join(root, uses)), uses);
      }
    });
  });
}
