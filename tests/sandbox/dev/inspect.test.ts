import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processes, startProcess, treeOf, Written } from "./running";

const code = `exports.handler = async ({ queryStringParameters }) => {
  let { sku } = queryStringParameters;
  const answer = { ordered: sku };
  return answer;
};
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Node.js's own debugger in the terminal, as a client of a port. */
function startDebugger(port: number) {
  const child = spawn(process.execPath, ["inspect", `127.0.0.1:${port}`]);
  const written = new Written();
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => written.write(String(data)));
  const ended = once(child, "close").then(() =>
    written.end(new Error(`the debugger has ended after:\n${written.text}`)),
  );
  let read = 0;
  return {
    ended,
    /** Waits for output after the previously matched output. */
    async until(pattern: RegExp): Promise<void> {
      const found = await written.until(pattern, read);
      read += found.index + found[0].length;
    },
    type: (command: string) => child.stdin.write(`${command}\n`),
    kill: () => child.kill(),
  };
}

describe("dev --inspect", function () {
  this.timeout(180_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "inspect-test-"));
    writeFileSync(join(folder, "index.js"), code);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("lets a debugger stop in the function, read and change values, and continue; Ctrl-C leaves nothing running", async () => {
    const port = await freePort();
    const dev = startProcess([folder, "--inspect", `${port}`]);
    let client: ReturnType<typeof startDebugger> | undefined;
    try {
      const [, url = ""] = await dev.written.until(/ {2}(http:\/\/127\.0\.0\.1:\d+\/)[\s\S]*Ctrl-C/);
      const order = async () => (await fetch(`${url}?sku=A-17`)).json();
      // The environment starts with the first invocation, and exists between invocations.
      assert.deepEqual(await order(), { ordered: "A-17" });
      client = startDebugger(port);
      await client.until(/ok[\s\S]*debug>/);
      client.type("setBreakpoint('/var/task/index.js', 3)");
      await client.until(/debug>/);
      const second = order();
      await client.until(/break in .*task\/index\.js:3/);
      client.type("exec sku");
      await client.until(/'A-17'/);
      client.type("exec sku = 'B-1'");
      await client.until(/'B-1'/);
      client.type("cont");
      assert.deepEqual(await second, { ordered: "B-1" });

      const before = treeOf(dev.pid);
      dev.interrupt();
      assert.equal(await dev.ended, 0);
      const after = new Set(processes().map(({ id }) => id));
      assert.deepEqual(
        before.filter(({ id }) => after.has(id)),
        [],
      );
    } finally {
      client?.kill();
      await client?.ended;
      if (treeOf(dev.pid).length > 0) process.kill(-dev.pid, "SIGKILL");
    }
  });
});
