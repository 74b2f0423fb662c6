import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Isolation } from "../../../sandbox";
import { probe } from "../../../sandbox/lambda/isolation/probe";
import { eventually, logLines, records, Workbench } from "./fixtures";

/** Identifies the process that a function leaves running. */
const orphanSeconds = `4242.${process.pid}`;

/** Binds the same port in every environment, and reports where it runs. */
const source = `
const http = require("node:http");
const listening = new Promise((resolve, reject) => {
  const server = http.createServer((_, response) => response.end("own " + process.pid));
  server.on("error", reject);
  server.listen(Number(process.env.OWN_PORT), "127.0.0.1", resolve);
});
exports.handler = async (event) => {
  await listening;
  console.log("handled", event.n);
  if (event.meet) await new Promise((resolve) => setTimeout(resolve, event.meet));
  if (event.orphan) {
    const { spawn } = require("node:child_process");
    spawn("/bin/sh", ["-c", "exec sleep ${orphanSeconds}"], { detached: true, stdio: "ignore" }).unref();
  }
  return { cwd: process.cwd(), n: event.n };
};
`;

const python = `
def handler(event, context):
    print("from python")
    return __file__
`;

interface ProcessInfo {
  pid: number;
  parent: number;
  command: string;
}

function processes(): ProcessInfo[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const command = readFileSync(join("/proc", pid, "cmdline"), "utf8").replaceAll("\0", " ");
      const stat = readFileSync(join("/proc", pid, "stat"), "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      return [{ pid: Number(pid), parent, command }];
    } catch {
      return []; // it has just ended
    }
  });
}

/** All descendants of a process. */
function descendants(of: number): ProcessInfo[] {
  const all = processes();
  const children = (pid: number): ProcessInfo[] =>
    all.filter((each) => each.parent === pid).flatMap((each) => [each, ...children(each.pid)]);
  return children(of);
}

const holders = () => descendants(process.pid).filter(({ command }) => command.includes("init/main.py"));
const alive = (pids: number[]) => pids.filter((pid) => existsSync(join("/proc", String(pid))));
const sandboxFolder = join(__dirname, "..", "..", "..", "sandbox");
const mounts = () => readFileSync("/proc/self/mountinfo", "utf8");

describe("sandbox: isolation", () => {
  let bench: Workbench;
  beforeEach(async () => {
    bench = await Workbench.open();
  });
  afterEach(() => bench.close());

  for (const mode of ["root", "user", "bubblewrap", "none"] as const) {
    it(`runs functions with extensions under ${mode}, and leaves nothing behind`, async function () {
      let isolation: Isolation;
      try {
        isolation = await probe([mode]);
      } catch {
        return this.skip(); // not supported on this machine
      }
      const mountsBefore = mounts();
      const layer = bench.extensionLayer();
      const other = bench.files("layer-other", {
        "nodejs/node_modules/dependency/index.js": "module.exports = 1;",
      });
      const layers = [layer, other];
      const node = await bench.start(
        bench.nodeFunction(`require("dependency");${source}`, { layers, name: `node-${mode}` }),
        { isolation },
      );
      const results = [await node.invoke({ n: 1 }), await node.invoke({ n: 2, orphan: true })];
      assert.deepEqual(
        results.map((result) => result.status),
        ["success", "success"],
      );
      // Another function can run, even if only one environment runs at a time.
      const py = await bench.start(bench.pythonFunction(python, { layers, name: `py-${mode}` }), {
        isolation,
      });
      assert.equal((await py.invoke({})).status, "success");
      assert.equal((await node.invoke({ n: 3 })).status, "success");
      await node.shutdown();
      await py.shutdown();
      assert.equal(bench.nextEvents().filter((event) => event.eventType === "INVOKE").length, 4);
      assert.equal(logLines(bench.telemetry()).length, 4);
      if (process.platform !== "linux") return;
      assert.deepEqual(holders(), []);
      assert.deepEqual(
        processes().filter(({ command }) => command.includes(`sleep ${orphanSeconds}`)),
        [],
      );
      assert.equal(mounts(), mountsBefore);
    });
  }

  it("scales out environments that bind the same ports at the same time", async function () {
    const isolation = await probe();
    if (isolation.mode === "none") return this.skip();
    const definition = bench.nodeFunction(source, { layers: [bench.extensionLayer()] });
    const sandbox = await bench.start(definition, { maxConcurrency: 2, isolation });
    const results = await Promise.all([1, 2, 3].map((n) => sandbox.invoke({ n, meet: 500 })));
    assert.deepEqual(
      results.map((result) => result.status),
      ["success", "success", "success"],
    );
    assert.equal(new Set(results.map((result) => result.environmentId)).size, 2);
    assert.deepEqual(
      results.map((result) => result.coldStart),
      [true, true, false],
    );
    assert.equal(records(sandbox.events, "platform.initStart").length, 2);
  });

  it("shows functions Lambda's directories, read-only but for /tmp, and no others", async function () {
    const isolation = await probe();
    if (isolation.mode === "none") return this.skip();
    // A name that is unique on this machine.
    const file = `/tmp/isolation-test-${process.pid}`;
    const sandbox = await bench.start(
      bench.nodeFunction(
        `const fs = require("node:fs");
         const attempt = (path) => { try { fs.writeFileSync(path, ""); return "written"; } catch (e) { return e.code; } };
         exports.handler = async () => ({
           task: fs.readdirSync("/var/task"), tmp: fs.readdirSync("/tmp"), cwd: process.cwd(),
           written: ["/var/task/x", "/opt/x", "/etc/x", "/usr/x", "${file}"].map(attempt),
           processes: fs.readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)).length,
         });`,
      ),
      { isolation },
    );
    assert.deepEqual((await sandbox.invoke()).payload, {
      task: ["index.js"],
      tmp: [],
      cwd: "/var/task",
      written: ["EROFS", "EROFS", "EROFS", "EROFS", "written"],
      processes: 2,
    });
    assert.equal(existsSync(file), false);
  });

  for (const only of [["root", "user", "bubblewrap", "none"], ["none"]]) {
    it(`ends everything when its own process is killed, of ${only.join(", ")}`, async function () {
      if (process.platform !== "linux") return this.skip();
      const definition = bench.nodeFunction(source, { layers: [bench.extensionLayer()] });
      const script = `
      const { Sandbox } = require(${JSON.stringify(join(sandboxFolder, "index"))});
      const { probe } = require(${JSON.stringify(join(sandboxFolder, "lambda/isolation/probe"))});
      const [definition, cacheDirectory, port, only] = JSON.parse(process.argv[1]);
      (async () => {
        const isolation = await probe(only);
        const sandbox = await Sandbox.start({ function: definition, cacheDirectory, hostPorts: [port], isolation });
        await sandbox.invoke({ n: 1, orphan: true });
        console.log("invoked");
      })();
    `;
      const temporary = bench.files("tmp", {});
      const options = JSON.stringify([definition, join(bench.directory, "cache"), bench.port, only]);
      const child = spawn(process.execPath, ["--import", "tsx", "-e", script, options], {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, TMPDIR: temporary },
      });
      await new Promise((resolve) => child.stdout.once("data", resolve));
      const started = descendants(child.pid ?? 0);
      child.kill("SIGKILL");
      for (const part of ["init/main.py", "extensions/observer", "index.mjs", "sleep"]) {
        assert.ok(
          started.some(({ command }) => command.includes(part)),
          part,
        );
      }
      await eventually(() => alive(started.map(({ pid }) => pid)).length === 0);
      assert.deepEqual(
        readdirSync(temporary).filter((name) => name.startsWith("lambda-")),
        [],
      );
    });
  }

  it("reaches the host's ports that it was given, and no others", async () => {
    const closed = await Workbench.open();
    const probeSource = `
      const net = require("node:net");
      const reach = (port) => new Promise((resolve) => {
        const socket = net.connect(port, "127.0.0.1");
        socket.on("connect", () => { socket.destroy(); resolve("reached"); });
        socket.on("error", (error) => resolve(error.code));
      });
      exports.handler = async (ports) => Promise.all(ports.map(reach));
    `;
    const isolation = await probe();
    const sandbox = await bench.start(bench.nodeFunction(probeSource), { isolation });
    const { payload } = await sandbox.invoke([bench.port, closed.port]);
    await closed.close();
    assert.deepEqual(payload, ["reached", isolation.mode === "none" ? "reached" : "ECONNREFUSED"]);
  });

  it("runs in a network without a way out", async function () {
    if ((await probe()).mode === "none") return this.skip();
    const interfaces = `exports.handler = async () => Object.keys(require("node:os").networkInterfaces());`;
    const sandbox = await bench.start(bench.nodeFunction(interfaces));
    assert.deepEqual((await sandbox.invoke()).payload, ["lo"]);
  });
});
