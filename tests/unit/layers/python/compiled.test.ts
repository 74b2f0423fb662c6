import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMPILED, compilePython, pythonSources } from "../../../../layers/python/bundle";
import { isPrepared, python, type Run, root, TracedPythons } from "./tracedPython";

/** Fails in a frame below the layer's, and reports the code of the layer's modules. */
const source = `
import sys, traceback
def lines():
    return [(frame.filename, frame.lineno, frame.line) for frame in traceback.extract_stack() if "clickstack" in frame.filename]
def handler(event, context):
    modules = [name for name in sys.modules if name.startswith("clickstack_tracing")]
    loaders = {type(sys.modules[name].__spec__.loader).__name__ for name in modules}
    return [sorted(loaders), lines(), sys.modules["clickstack_tracing.layer"].__file__]
`;

/** Changes a column of the file of compiled code: its name as in clickstack_compiled.py, and an expression in Python. */
const changeColumn = (file: string, name: string, expression: string): void => {
  const script = `
import marshal, sys
file, name, expression = sys.argv[1:]
import clickstack_compiled as layer
with open(file, "rb") as opened: columns = marshal.loads(opened.read())
column = columns[("modules", "ops", "args", *layer.ROW).index(name)]
column[layer.TAG] = eval(expression, {"marshal": marshal}, {"column": column[layer.TAG]})
with open(file, "wb") as opened: opened.write(marshal.dumps(columns, 2))
`;
  const env = { PYTHONPATH: join(root, "layers", "python"), PYTHONDONTWRITEBYTECODE: "1" };
  execFileSync(python, ["-c", script, file, name, expression], { env });
};

describe("compiled code of the layer for Python", () => {
  let processes: TracedPythons;
  let opt: string;
  let fromSources: Run;
  beforeEach(async function () {
    if (!isPrepared) this.skip();
    processes = await TracedPythons.open();
    opt = join(processes.directory, "opt");
    fromSources = await processes.run({ files: { "app.py": source } });
  });
  afterEach(() => processes?.close());

  const reportOf = ({ results, spans, output }: Run) => {
    assert.equal(spans.length, 1, output);
    return results[0]?.response as [string[], [string, number, string][], string];
  };
  const run = async () => reportOf(await processes.run({ files: { "app.py": source } }));

  it("runs with its file, lines and source in tracebacks", async () => {
    const [loaders, frames, file] = reportOf(fromSources);
    assert.deepEqual(loaders, ["SourceFileLoader"]);
    assert.deepEqual(
      frames.map(([path, , line]) => [path, line]),
      [
        [
          join(opt, "clickstack/python/clickstack_tracing/bootstrap.py"),
          "response = handler(event, context)",
        ],
      ],
    );
    compilePython(root, opt, python);
    assert.deepEqual(await run(), [["Compiled"], frames, file]);
  });

  it("does not run if it is truncated, damaged or of another version: the sources run", async () => {
    compilePython(root, opt, python);
    const file = join(opt, COMPILED);
    const complete = readFileSync(file);
    const faults: Record<string, () => void> = {
      truncated: () => writeFileSync(file, complete.subarray(0, 1000)),
      "not marshalled": () => writeFileSync(file, "clickstack"),
      "of another version": () =>
        writeFileSync(file, complete.toString("latin1").replaceAll("cpython-", "cpython_"), "latin1"),
      "without constants": () => changeColumn(file, "consts", "marshal.dumps([])"),
      "with names of the wrong type": () =>
        changeColumn(file, "varnames", "marshal.dumps([(1,)] * len(marshal.loads(column)))"),
    };
    for (const [fault, apply] of Object.entries(faults)) {
      writeFileSync(file, complete);
      assert.deepEqual((await run())[0], ["Compiled"], `before it is ${fault}`);
      apply();
      assert.deepEqual(await run(), reportOf(fromSources), fault);
    }
  });

  it("has the same tracebacks with the sources of a release, which have no comments", async () => {
    const script = join(root, "layers", "python", "strip.py");
    const target = join(opt, "clickstack/python");
    execFileSync(python, [script, join(root, "layers", "python"), target, ...pythonSources(root)]);
    assert.doesNotMatch(readFileSync(join(target, "clickstack_tracing/bootstrap.py"), "utf8"), /"""|#/);
    assert.deepEqual(await run(), reportOf(fromSources));
    compilePython(root, opt, python);
    const [loaders, ...report] = await run();
    assert.deepEqual([loaders, ...report], [["Compiled"], ...reportOf(fromSources).slice(1)]);
  });
});
