import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { ClickHouseOptions, EmbeddedClickHouse } from "../../../sandbox/clickhouse";
import { countLogs } from "../../../sandbox/clickhouse/telemetry";
import { logsRequest } from "../../unit/sandbox/clickhouse/otlp/otlpSamples";
import { ReusedProcesses, startInReusedProcess } from "../reusedClickHouse";

const KEY = "ingestion-key";

describe("a process that serves one ClickHouse after another", () => {
  const running: EmbeddedClickHouse[] = [];
  const processes = new ReusedProcesses();
  afterEach(async () => {
    await Promise.all(running.splice(0).map((clickhouse) => clickhouse.stop()));
  });

  async function start(
    options: Partial<ClickHouseOptions> = {},
    where = processes,
  ): Promise<EmbeddedClickHouse> {
    const clickhouse = await startInReusedProcess({ ingestionKey: KEY, ...options }, where);
    running.push(clickhouse);
    return clickhouse;
  }

  async function sendLog({ otlpUrl }: EmbeddedClickHouse, authorization = KEY): Promise<number> {
    const record = { timeUnixNano: String(BigInt(Date.now()) * 1_000_000n), body: { stringValue: "line" } };
    const headers = { authorization, "content-type": "application/json" };
    const body = JSON.stringify(logsRequest([record]));
    return (await fetch(`${otlpUrl}/v1/logs`, { method: "POST", headers, body })).status;
  }

  it("keeps nothing of the earlier one", async () => {
    const first = await start();
    assert.equal(await sendLog(first), 200);
    await first.setFault({ status: 503 });
    await first.stop();
    assert.ok(!existsSync(first.directory));
    const second = await start({ ingestionKey: "another", attributes: "json" });
    assert.equal(second.pid, first.pid);
    assert.deepEqual(await countLogs(second), []);
    assert.equal((await second.stats()).logs.requests, 0);
    assert.equal(await sendLog(second), 401);
    assert.equal(await sendLog(second, "another"), 200);
    const [{ type } = {}] = await second.query<{ type: string }>(
      "SELECT toTypeName(LogAttributes) AS type FROM otel_logs",
    );
    assert.equal(type, "JSON");
  });

  it("stores no request that the earlier one had not answered, and refuses new ones", async () => {
    const first = await start();
    await first.setFault({ delayMs: 300 });
    const late = sendLog(first);
    late.catch(() => undefined);
    while ((await first.stats()).logs.requests === 0);
    await first.stop();
    const second = await start();
    await assert.rejects(late);
    await assert.rejects(sendLog(first));
    // The fault's delay is over, so the request would be stored now.
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(second.pid, first.pid);
    assert.deepEqual(await countLogs(second), []);
  });

  it("is out of reach of the earlier one, and never serves two at a time", async () => {
    const first = await start();
    await first.stop();
    const [second, third] = await Promise.all([start(), start()]);
    assert.equal(second.pid, first.pid);
    assert.notEqual(third.pid, second.pid);
    await assert.rejects(first.stats(), /ClickHouse is not running/);
    await assert.rejects(first.setFault({ status: 503 }), /ClickHouse is not running/);
    await assert.rejects(first.query("SELECT 1"), /ClickHouse is not running/);
    await first.kill();
    await first.stop();
    assert.equal(await sendLog(second), 200);
    assert.equal(await sendLog(third), 200);
  });

  it("ends after some of them", async () => {
    const twice = new ReusedProcesses(2);
    const pids: number[] = [];
    for (let starts = 0; starts < 3; starts++) {
      const clickhouse = await start({}, twice);
      pids.push(clickhouse.pid);
      await clickhouse.stop();
    }
    assert.equal(pids[0], pids[1]);
    assert.notEqual(pids[1], pids[2]);
  });

  it("is not used again after it was killed", async () => {
    const first = await start();
    await first.kill();
    await first.stop();
    const second = await start();
    assert.notEqual(second.pid, first.pid);
    assert.equal(await sendLog(second), 200);
  });
});
