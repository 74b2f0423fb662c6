import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";

interface Task {
  title: string;
  args: string[];
  needs: string[];
  after?: string[];
  alone?: string[];
  urgent?: boolean;
}
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
interface Scripts {
  choose(args: string[]): { setup: string[]; tasks: Task[] };
  countsOf(run: { runner?: string; output: string; ok: boolean }): Counts;
  failuresOf(run: { runner?: string; output: string }): string;
  processorSeconds(times: string): number;
  besideEachOther(tasks: Partial<Task>[], namespaces: boolean): Partial<Task>[];
  total(counts: Counts[]): Counts;
  runTasks<T>(
    tasks: Partial<Task>[],
    places: { all: number; besideUrgent: number },
    run: (task: Task) => Promise<T>,
    steps?: Map<string, Promise<void>>,
  ): Promise<T[]>;
}

const root = join(__dirname, "../../..");
/** The scripts are plain JavaScript, since they run before anything is installed. */
const load = async (): Promise<Scripts> => {
  const modules = ["choice", "counts", "failures", "namespaces", "schedule"].map(
    (name) => import(`../../../scripts/testing/${name}.mjs`),
  );
  return Object.assign({}, ...(await Promise.all(modules)));
};

describe("npm test", () => {
  let scripts: Scripts;
  const places = (all: number) => ({ all, besideUrgent: all });
  before(async () => {
    scripts = await load();
  });

  it("without arguments runs every folder of tests once, and both languages' checks", () => {
    const { tasks, setup } = scripts.choose([]);
    const patterns = tasks.flatMap(({ args }) => args).filter((arg) => arg.startsWith("tests/"));
    assert.equal(new Set(patterns).size, patterns.length);
    /** The test files below a folder, and those that a pattern selects: `**` is any folders, `*` a part of a name. */
    const files = readdirSync(join(root, "tests"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".test.ts"))
      .map((path) => `tests/${path}`);
    const selects = patterns.map((pattern) => {
      const source = pattern
        .replaceAll(".", "\\.")
        .replaceAll("**/", "(.+/)?")
        .replace(/\*(?!\))/, "[^/]*");
      return { pattern, matches: new RegExp(`^${source}$`) };
    });
    for (const file of files) {
      const selecting = selects.filter(({ matches }) => matches.test(file));
      assert.equal(selecting.length, 1, `${file}: ${selecting.map(({ pattern }) => pattern)}`);
    }
    for (const { pattern, matches } of selects)
      assert.ok(
        files.some((file) => matches.test(file)),
        pattern,
      );
    for (const title of ["biome", "tsc", "tsc of the page", "rustfmt", "cargo test, by clippy"])
      assert.ok(
        tasks.some((task) => task.title === title),
        title,
      );
    assert.deepEqual([...setup].sort(), [
      "build",
      "chromium",
      "compilers",
      "engine",
      "frameworks",
      "javaRuntime",
      "languageHost",
      "nodeModules",
      "nodeVersions",
      "python",
      "pythonLibraries",
      "runtimes",
    ]);
  });

  it("sets up what the build of the layers needs wherever they are built", () => {
    for (const suite of ["sandbox", "demo", "layers"]) {
      const { setup, tasks } = scripts.choose([suite]);
      assert.ok(tasks.some(({ title }) => title === "layers"));
      for (const step of ["python", "compilers"]) assert.ok(setup.includes(step), `${suite}: ${step}`);
    }
  });

  it("with a file sets up what its folder needs, and no more", () => {
    assert.deepEqual(scripts.choose(["tests/unit/wording.test.ts"]).setup, ["nodeModules"]);
    const { tasks, setup } = scripts.choose(
      ["tests/component/a.test.ts", "-g", "an argument", "--bail"].slice(0, 1),
    );
    assert.deepEqual(setup, ["nodeModules", "build"]);
    assert.deepEqual(tasks[0]?.args, ["--no-color", "tests/component/a.test.ts"]);
    assert.deepEqual(scripts.choose(["rust"]).setup, []);
  });

  it("says which suites there are when it does not know one", () => {
    assert.throws(
      () => scripts.choose(["units"]),
      /"units" is neither a file.*\n {2}lint .*\n {2}rust .*\n {2}unit /,
    );
  });

  it("counts what the runners say, and a failure of one that died before it counted", () => {
    const cargo =
      "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured\ntest result: ok. 2 passed; 0 failed; 0 ignored";
    assert.deepEqual(scripts.countsOf({ runner: "cargo", output: cargo, ok: true }), {
      passed: 5,
      failed: 0,
      skipped: 1,
    });
    const mocha = "\n  7 passing (2s)\n  1 pending\n  2 failing\n";
    const counted = scripts.countsOf({ runner: "mocha", output: mocha, ok: false });
    assert.deepEqual(counted, { passed: 7, failed: 2, skipped: 1 });
    const died = scripts.countsOf({ runner: "mocha", output: "", ok: false });
    assert.deepEqual(died, { passed: 0, failed: 1, skipped: 0 });
    const check = scripts.countsOf({ output: "", ok: true });
    assert.deepEqual(scripts.total([counted, died, check]), { passed: 8, failed: 3, skipped: 1 });
  });

  it("says at its end what failed, and no more", () => {
    const mocha = "  ✔ a\n  1) b\n\n  1 passing (2s)\n  1 failing\n\n  1) b:\n     Error: why\n\n";
    assert.equal(
      scripts.failuresOf({ runner: "mocha", output: mocha }),
      "  1 failing\n\n  1) b:\n     Error: why",
    );
    const cargo =
      "test a ... ok\ntest b ... FAILED\n\nfailures:\n\n---- b stdout ----\nwhy\n\ntest result: FAILED. 1 passed; 1 failed;\n";
    assert.match(scripts.failuresOf({ runner: "cargo", output: cargo }), /^failures:\n\n---- b stdout/);
    const uncompiled = "   Compiling x\nerror[E0308]: mismatched types\n";
    assert.equal(
      scripts.failuresOf({ runner: "cargo", output: uncompiled }),
      "error[E0308]: mismatched types",
    );
    const lines = Array.from({ length: 100 }, (_, line) => `line ${line}`).join("\n");
    assert.match(scripts.failuresOf({ output: `${lines}\n` }), /^line 40\n[\s\S]*\nline 99$/);
    assert.match(scripts.failuresOf({ runner: "mocha", output: lines }), /^line 40\n/);
  });

  it("adds the processor's times of a task", () => {
    assert.equal(scripts.processorSeconds("12.305 1.020\n"), 13);
    assert.equal(scripts.processorSeconds(""), 0);
  });

  it("starts the first task in the list that may start, with a limit of parallel tasks", async () => {
    const tasks = [
      { title: "a", alone: ["cargo"] },
      { title: "b", alone: ["cargo", "functions"] },
      { title: "c", after: ["b"] },
      { title: "d" },
      { title: "e" },
    ];
    const events: string[] = [];
    const ends = new Map<string, () => void>();
    const all = scripts.runTasks(tasks, places(2), async ({ title }) => {
      events.push(title);
      await new Promise<void>((end) => ends.set(title, end));
      return title;
    });
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    for (const [end, expected] of [
      ["", "ad"],
      ["d", "ade"],
      ["a", "adeb"],
      ["b", "adebc"],
      ["e", "adebc"],
      ["c", "adebc"],
    ] as const) {
      ends.get(end)?.();
      await settled();
      assert.equal(events.join(""), expected);
    }
    assert.deepEqual(await all, ["d", "a", "b", "e", "c"]);
  });

  it("runs fewer tasks beside one for which the run waits", async () => {
    const tasks = [
      { title: "a" },
      { title: "b", urgent: true, after: ["a"] },
      { title: "c" },
      { title: "d" },
      { title: "e" },
    ];
    const events: string[] = [];
    const ends = new Map<string, () => void>();
    const all = scripts.runTasks(tasks, { all: 3, besideUrgent: 2 }, async ({ title }) => {
      events.push(title);
      await new Promise<void>((end) => ends.set(title, end));
    });
    for (const [end, expected] of [
      ["", "acd"],
      ["a", "acdb"],
      ["c", "acdb"],
      ["d", "acdbe"],
      ["b", "acdbe"],
      ["e", "acdbe"],
    ] as const) {
      ends.get(end)?.();
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(events.join(""), expected);
    }
    await all;
  });

  it("runs functions in parallel only where they have ports of their own", () => {
    const tasks = [{ title: "a", alone: ["cargo", "functions"] }, { title: "b" }];
    assert.deepEqual(scripts.besideEachOther(tasks, false), tasks);
    const [first, second] = scripts.besideEachOther(tasks, true);
    assert.deepEqual([first?.alone, second?.alone], [["cargo"], undefined]);
  });

  it("never runs two tests of functions, or builds, at a time that would wait for each other", () => {
    const { tasks } = scripts.choose([]);
    const of = (kind: string) => tasks.filter(({ alone }) => alone?.includes(kind)).map(({ title }) => title);
    assert.deepEqual(of("functions"), ["mocha, sandbox/extension", "mocha, sandbox/lambda", "mocha, demo"]);
    assert.deepEqual(of("cargo"), ["rustfmt", "layers", "mocha, demo", "mocha, layers"]);
  });

  it("starts a task when the steps that it needs are done, and others before", async () => {
    const tasks = [{ title: "a", needs: ["python"] }, { title: "b", needs: [] }, { title: "c" }];
    const events: string[] = [];
    let make = () => {};
    const python = new Promise<void>((made) => {
      make = made;
    });
    const run = async ({ title }: Task) => {
      events.push(title);
      if (title === "c") make();
    };
    await scripts.runTasks(tasks, places(1), run, new Map([["python", python]]));
    assert.deepEqual(events, ["b", "c", "a"]);
    const failed = new Map([["python", Promise.reject(new Error("no venv"))]]);
    await assert.rejects(scripts.runTasks(tasks, places(1), run, failed), /no venv/);
  });

  it("says what can never start", async () => {
    await assert.rejects(
      scripts.runTasks([{ title: "f", after: ["nobody"] }], places(2), async () => 1),
      /nothing can start: f/,
    );
  });
});
