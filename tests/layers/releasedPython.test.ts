import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { releasedPython } from "../../layers/build/releasedPython";
import { squeezed } from "../../layers/build/squeezed";
import { COMPILED, pythonTracingLayer } from "../../layers/python/bundle";
import compilers from "../../layers/python/compilers.json";
import { tracingWrapper } from "../../layers/tracingWrapper";
import { writeEntries } from "../../layers/writeEntries";
import { zip } from "../../layers/zip";
import { isPrepared, otherInterpreters, TracedPythons } from "../unit/layers/python/tracedPython";

const root = join(__dirname, "..", "..");
const python = join(root, ".cache", "python", "bin", "python");

describe("the released tracing layer for Python", function () {
  this.timeout(300_000);
  const kept = mkdtempSync(join(tmpdir(), "released-python-"));
  after(() => rmSync(kept, { recursive: true, force: true }));
  before(function () {
    const isInstalled = compilers.every(({ pyodide }) =>
      existsSync(join(root, ".cache", "python-compilers", pyodide)),
    );
    if (!isInstalled || !existsSync(python)) this.skip();
  });

  it("has at most 100 kB zipped, with the same files and compiled code", async () => {
    const entries = [tracingWrapper(root), ...(await releasedPython(root))];
    assert.deepEqual(
      entries.map(({ name }) => name).sort(),
      [...pythonTracingLayer(root).map(({ name }) => name), COMPILED].sort(),
    );
    const { length } = await squeezed(root, await zip(entries), kept);
    assert.ok(length <= 100_000, `${length} bytes`);
  });

  it("has compiled code for each version that has a compiler", async () => {
    const compiled = (await releasedPython(root)).find(({ name }) => name === COMPILED);
    const script = `import json, marshal, sys
print(json.dumps([list(column) for column in marshal.loads(sys.stdin.buffer.read())]))`;
    const columns = JSON.parse(
      execFileSync(python, ["-c", script], { input: compiled?.content, encoding: "utf8" }),
    ) as string[][];
    const expected = compilers.map((one) => `cpython-${one.python.replace(".", "")}`);
    for (const column of columns)
      assert.deepEqual(
        column.map((tag) => tag.replace(/-\d+$/, "")),
        expected,
      );
    assert.ok(columns.length > 0);
  });

  it("runs its compiled code on the versions that it has it for, and its sources on others", async function () {
    if (!isPrepared) this.skip();
    const source = `
import sys
def handler(event, context):
    loader = sys.modules["clickstack_tracing.layer"].__spec__.loader
    return [f"{sys.version_info[0]}.{sys.version_info[1]}", type(loader).__name__]
`;
    const processes = await TracedPythons.open();
    try {
      writeEntries(await releasedPython(root), join(processes.directory, "opt"));
      for (const interpreter of [python, ...otherInterpreters()]) {
        const { results, spans, output } = await processes.run({ files: { "app.py": source }, interpreter });
        const [version, loader] = (results[0]?.response ?? []) as string[];
        const isCompiled = compilers.some((one) => one.python === version);
        assert.equal(loader, isCompiled ? "Compiled" : "SourceFileLoader", `Python ${version}`);
        assert.equal(spans.length, 1, output);
      }
    } finally {
      await processes.close();
    }
  });
});
