import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launcherScript, readContext } from "../../../../../../sandbox/aws/plugin/base/context";

describe("a launcher of the embedded AWS's provider", () => {
  let directory: string;
  before(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), "launcher-test-")));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it("reports where it was started and in which environment, prints the port, and ends with its connection", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const script = join(directory, "launcher");
    writeFileSync(script, launcherScript((server.address() as AddressInfo).port), { mode: 0o755 });
    const launcher = spawn(script, ["127.0.0.1:1"], {
      cwd: directory,
      env: { PATH: process.env.PATH, ODD: "a=b\nc", EMPTY: "", NAME: "ünï" },
    });
    const [socket] = (await once(server, "connection")) as [Socket];
    let message = "";
    socket.setEncoding("utf8");
    for await (const data of socket.iterator({ destroyOnReturn: false })) {
      message += data;
      if (readContext(message)) break;
    }
    const context = readContext(message);
    assert.equal(context?.directory, directory);
    const { ODD, EMPTY, NAME } = context?.environment ?? {};
    assert.deepEqual({ ODD, EMPTY, NAME }, { ODD: "a=b\nc", EMPTY: "", NAME: "ünï" });
    socket.write("12345\n");
    const [printed] = await once(launcher.stdout, "data");
    assert.equal(String(printed), "12345\n");
    const ended = once(launcher, "exit");
    socket.destroy();
    await ended;
    server.close();
  });

  it("is not used before it is complete", () => {
    assert.equal(readContext("/work\0A=1\0"), undefined);
    assert.deepEqual(readContext("/work\0A=1\0\0"), { directory: "/work", environment: { A: "1" } });
  });
});
