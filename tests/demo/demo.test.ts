import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DemoSummary } from "../../demo/result";

const root = join(__dirname, "..", "..");

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", "demo/main.ts", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
  });
}

function ended(child: ChildProcess): Promise<Ended> {
  let [out, err] = ["", ""];
  child.stdout?.on("data", (data) => {
    out += data;
  });
  child.stderr?.on("data", (data) => {
    err += data;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

/** The descendants of a process, as listed by Linux. */
function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It ended in the meantime.
    }
  }
  const found = [pid];
  for (const above of found) for (const [child, parent] of parents) if (parent === above) found.push(child);
  return found.slice(1);
}

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("npm run demo", function () {
  this.timeout(600_000);

  it("delivers every line of both functions to ClickHouse and reports it in one JSON object", async () => {
    const { code, out, err } = await ended(start("--json"));
    assert.equal(code, 0, err);
    const summary = JSON.parse(out.trim().split("\n").at(-1) ?? "") as DemoSummary;
    assert.equal(summary.regions, 10);
    assert.equal(summary.layerVersions, 10);
    assert.equal(summary.functions.length, 2);
    assert.equal(summary.invocations, 24);
    assert.equal(summary.linesWritten, 36);
    assert.equal(summary.logRows, summary.linesWritten);
    assert.equal(summary.invokeSpans, summary.invocations);
    assert.equal(summary.cloudWatchStreams, 0);
    const { functions, roots, orphans, spans = 0, lines = 0 } = summary.trace ?? {};
    assert.deepEqual({ functions, roots, orphans }, { functions: 3, roots: 1, orphans: 0 });
    assert.ok(spans >= 5, `the spans of three handlers and two requests: ${spans}`);
    assert.equal(lines, 5, "shop 1, fulfilment 2, payment 2");
    assert.ok(summary.seconds > 0);
  });

  it("instruments existing functions, verifies them, denies them CloudWatch Logs and restores them", async () => {
    const { code, out, err } = await ended(start("--existing", "--json"));
    assert.equal(code, 0, err);
    const { seconds, ...counts } = JSON.parse(out.trim().split("\n").at(-1) ?? "");
    assert.deepEqual(counts, { instrumented: 3, verified: 3, cutOff: 3, restored: 3 });
    assert.ok(seconds > 0);
  });

  it("shows the lines, the spans and the layers to a person", async () => {
    const { code, out, err } = await ended(start("--rounds", "1"));
    assert.equal(code, 0, err);
    for (const part of [
      "us-east-2",
      "sa-east-1",
      "Logs in ClickHouse",
      "Invoke spans",
      "equal",
      "SQS.SendMessage",
      "the card was declined",
    ])
      assert.ok(out.includes(part), `${part}\n${out}`);
  });

  const broken: [string, RegExp][] = [
    ["clickhouse-down", /ClickHouse (is|was) (gone|stopped)/],
    ["wrong-key", /401/],
  ];
  for (const [fault, message] of broken) {
    it(`--fault ${fault}: the functions answer, the demo reports the problem`, async () => {
      const { code, out, err } = await ended(start("--rounds", "1", "--fault", fault));
      assert.equal(code, 1, out + err);
      assert.match(err, message);
      assert.match(err, /8 of 8 invocations ended as expected/);
    });
  }

  it("--fault port-taken: the functions answer and nothing is lost", async () => {
    const { code, err } = await ended(start("--rounds", "1", "--fault", "port-taken"));
    assert.equal(code, 0, err);
    assert.match(err, /4318/);
  });

  it("reports an invalid option", async () => {
    const { code, err } = await ended(start("--fault", "nonsense"));
    assert.equal(code, 1);
    assert.match(err, /--fault must be one of: clickhouse-down, wrong-key, port-taken/);
  });

  const moments: [string, (seen: number[], err: string) => boolean][] = [
    ["while it compiles", (seen) => seen.length >= 2],
    ["while it deploys", (_, err) => err.includes("✔ Starting AWS")],
    ["while functions run", (_, err) => err.includes("✔ Deploying")],
  ];
  for (const [moment, reached] of moments) {
    it(`ends every process that it started when it is interrupted ${moment}`, async () => {
      const child = start("--json");
      const end = ended(child);
      let err = "";
      child.stderr?.on("data", (data) => {
        err += data;
      });
      let seen: number[] = [];
      while (!reached(seen, err) && child.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        seen = descendants(child.pid ?? 0);
      }
      assert.notEqual(seen.length, 0);
      child.kill("SIGINT");
      const { code } = await end;
      assert.equal(code, 130);
      // Processes that end because their input closes may take some milliseconds longer.
      const deadline = Date.now() + 20_000;
      while (seen.some(alive) && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual(seen.filter(alive), []);
    });
  }
});
