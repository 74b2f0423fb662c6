import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as tlsRequest } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { createClient } from "@clickhouse/client";
import { type EmbeddedClickHouse, startClickHouse } from "../../../sandbox/clickhouse";
import { readLogs } from "../../../sandbox/clickhouse/telemetry";
import { logsRequest } from "../../unit/sandbox/clickhouse/otlp/otlpSamples";

const KEY = "ingestion-key";

describe("life of the embedded ClickHouse", () => {
  const running: EmbeddedClickHouse[] = [];
  let directory: string;

  async function start(
    options: Partial<Parameters<typeof startClickHouse>[0]> = {},
  ): Promise<EmbeddedClickHouse> {
    const clickhouse = await startClickHouse({ ingestionKey: KEY, directory, ...options });
    running.push(clickhouse);
    return clickhouse;
  }

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "clickhouse-test-"));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((clickhouse) => clickhouse.stop()));
    rmSync(directory, { recursive: true, force: true });
  });

  /** Sends one log record. @returns the status of the response. */
  function sendLog(clickhouse: EmbeddedClickHouse, line: string): Promise<number> {
    const record = { timeUnixNano: String(BigInt(Date.now()) * 1_000_000n), body: { stringValue: line } };
    const headers = { authorization: KEY, "content-type": "application/json" };
    const ca = clickhouse.caFile && readFileSync(clickhouse.caFile);
    const body = JSON.stringify(logsRequest([record]));
    if (!ca)
      return fetch(`${clickhouse.otlpUrl}/v1/logs`, { method: "POST", headers, body }).then(
        ({ status }) => status,
      );
    return new Promise((resolve, reject) => {
      const request = tlsRequest(
        `${clickhouse.otlpUrl}/v1/logs`,
        { method: "POST", headers, ca, agent: false },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        },
      );
      request.once("error", reject);
      request.end(body);
    });
  }
  const bodies = async (clickhouse: EmbeddedClickHouse) =>
    (await readLogs(clickhouse)).map(({ body }) => body);
  const alive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it("continues with its data on the same ports after it was killed", async () => {
    const first = await start();
    assert.equal(await sendLog(first, "before"), 200);
    await first.kill();
    assert.equal(alive(first.pid), false);
    await assert.rejects(sendLog(first, "lost"));
    await assert.rejects(first.query("SELECT 1"), /ClickHouse is not running/);
    await assert.rejects(first.stats(), /ClickHouse is not running/);
    const second = await start({ ports: first.ports });
    assert.deepEqual(second.ports, first.ports);
    assert.equal(await sendLog(second, "after"), 200);
    assert.deepEqual(await bodies(second), ["before", "after"]);
    // Also after an orderly shutdown.
    await second.stop();
    assert.deepEqual(await bodies(await start()), ["before", "after"]);
  });

  it("loses nothing that was answered when it is killed under load", async () => {
    const first = await start();
    const answered: string[] = [];
    const load = Array.from({ length: 30 }, async (_, i) => {
      const status = await sendLog(first, `line ${i}`).catch(() => 0);
      if (status === 200) answered.push(`line ${i}`);
      if (answered.length === 5) await first.kill();
    });
    await Promise.all(load);
    const stored = new Set(await bodies(await start({ ports: first.ports })));
    assert.ok(answered.length >= 5);
    assert.deepEqual(
      answered.filter((line) => !stored.has(line)),
      [],
    );
  });

  it("serves TLS, with the same certificate after a new start", async () => {
    const first = await start({ tls: true });
    assert.match(first.otlpUrl, /^https:/);
    assert.equal(await sendLog(first, "one"), 200);
    assert.deepEqual(await bodies(first), ["one"]);
    const ca = readFileSync(first.caFile ?? "");
    for (const host of ["localhost", "127.0.0.1"]) {
      const url = first.httpUrl.replace("127.0.0.1", host);
      const client = createClient({
        url,
        password: KEY,
        tls: { ca_cert: ca },
        keep_alive: { enabled: false },
      });
      const ping = await client.ping({ select: true });
      assert.equal(ping.success, true, host);
      await client.close();
    }
    await assert.rejects(fetch(`${first.otlpUrl}/v1/logs`, { method: "POST" }), TypeError);
    await first.kill();
    const second = await start({ tls: true, ports: first.ports });
    assert.deepEqual(readFileSync(second.caFile ?? ""), ca);
    assert.equal(await sendLog(first, "two"), 200);
    assert.deepEqual(await bodies(second), ["one", "two"]);
  });

  it("removes a temporary directory on its end, also after it was killed", async () => {
    const [stopped, killed] = await Promise.all([
      start({ directory: undefined }),
      start({ directory: undefined }),
    ]);
    assert.ok(existsSync(stopped.directory) && existsSync(killed.directory));
    await killed.kill();
    assert.ok(existsSync(killed.directory));
    await Promise.all([stopped.stop(), killed.stop()]);
    assert.ok(!existsSync(stopped.directory) && !existsSync(killed.directory));
    await stopped.stop();
  });

  it("ends with its parent, however that ends", async () => {
    const program = `
      const { startClickHouse } = require("./sandbox/clickhouse");
      startClickHouse({ ingestionKey: "k", directory: ${JSON.stringify(directory)} }).then(({ pid }) => {
        console.log(pid);
        if (process.argv[2] === "stay") setInterval(() => {}, 1000);
      });`;
    for (const [mode, end] of [
      ["stay", true],
      ["leave", false],
    ] as const) {
      const root = path.resolve(__dirname, "../../..");
      const parent = spawn(process.execPath, ["--import", "tsx", "-e", program, "x", mode], { cwd: root });
      const exit = once(parent, "exit");
      const [line] = await once(parent.stdout, "data");
      const pid = Number(String(line));
      assert.ok(pid > 0);
      if (end) parent.kill("SIGKILL");
      await exit;
      while (alive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it("says why it can't start", async () => {
    await assert.rejects(startClickHouse({ ingestionKey: "" }), /ingestionKey: must not be empty/);
    const blocker = createServer().listen(0, "127.0.0.1");
    await once(blocker, "listening");
    const address = blocker.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    try {
      await assert.rejects(
        start({ ports: [0, port] }),
        new RegExp(`could not start on ${process.platform}-.*\\n?.*${port}`),
      );
    } finally {
      blocker.close();
    }
    const first = await start();
    await assert.rejects(start(), /could not start/);
    assert.deepEqual(await first.query("SELECT 1 AS one"), [{ one: 1 }]);
  });
});
