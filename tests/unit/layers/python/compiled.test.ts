import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMPILED, compilePython } from "../../../../layers/python/bundle";
import { isPrepared, python, root, TracedPythons } from "./tracedPython";

/** Fails in a frame below the layer's, and reports the code of the layer's modules. */
const source = `
import sys, traceback
def lines():
    return [(frame.filename, frame.lineno) for frame in traceback.extract_stack() if "clickstack" in frame.filename]
def handler(event, context):
    modules = [name for name in sys.modules if name.startswith("clickstack_tracing")]
    loaders = {type(sys.modules[name].__spec__.loader).__name__ for name in modules}
    return [sorted(loaders), lines(), sys.modules["clickstack_tracing.layer"].__file__]
`;

describe("compiled code of the layer for Python", () => {
  let processes: TracedPythons;
  before(async function () {
    if (!isPrepared) this.skip();
    processes = await TracedPythons.open();
  });
  after(() => processes?.close());

  it("runs with its lines in tracebacks; if it is missing or damaged, the sources run", async () => {
    const opt = join(processes.directory, "opt");
    const run = async () => {
      const { results, spans, output } = await processes.run({ files: { "app.py": source } });
      assert.equal(spans.length, 1, output);
      return results[0]?.response as [string[], [string, number][], string];
    };
    const [sourceLoaders, frames, file] = await run();
    assert.deepEqual(sourceLoaders, ["SourceFileLoader"]);
    compilePython(root, opt, python);
    const path = "/opt/clickstack/python/clickstack_tracing/bootstrap.py";
    const lines = frames.map(([, line]) => [path, line]);
    assert.deepEqual(await run(), [["_Compiled"], lines, file]);
    const compiled = join(opt, COMPILED);
    for (const name of readdirSync(compiled))
      writeFileSync(join(compiled, name), readFileSync(join(compiled, name)).subarray(0, 1000));
    assert.deepEqual((await run())[0], ["SourceFileLoader"]);
  });
});
