import assert from "node:assert/strict";
import * as net from "node:net";
import {
  openDelivery,
  type TelemetryDelivery,
} from "../../../../../../sandbox/lambda/apis/telemetry/delivery";
import {
  type SubscriberOptions,
  TelemetrySubscriber,
} from "../../../../../../sandbox/lambda/apis/telemetry/subscriber";
import type { TelemetrySubscription } from "../../../../../../sandbox/lambda/apis/telemetry/subscription";
import type { TelemetryEvent } from "../../../../../../sandbox/lambda/core/telemetryEvent";

const subscription: TelemetrySubscription = {
  schemaVersion: "2025-01-29",
  types: ["platform", "function"],
  maxItems: 3,
  maxBytes: 10_000,
  timeoutMs: 60_000,
  destination: { protocol: "HTTP", port: 1, path: "/" },
};
const line = (record: string): TelemetryEvent => ({
  time: "2026-01-31T00:00:00.000Z",
  type: "function",
  record,
});
const start: TelemetryEvent = { ...line(""), type: "platform.start", record: { requestId: "r" } };

/** Stores its deliveries; refuses them while `refusing`. */
class FakeDelivery implements TelemetryDelivery {
  readonly batches: string[][] = [];
  refusing = false;
  attempts = 0;
  private underWay = 0;

  async deliver(events: string[]): Promise<void> {
    this.attempts += 1;
    this.underWay += 1;
    assert.equal(this.underWay, 1, "one delivery at a time");
    await new Promise((resolve) => setImmediate(resolve));
    this.underWay -= 1;
    if (this.refusing) throw new Error("refused");
    this.batches.push(events.map((text) => (JSON.parse(text) as TelemetryEvent).record as string));
  }

  close(): void {}
}

describe("telemetry subscriber", () => {
  let delivery: FakeDelivery;
  let subscriber: TelemetrySubscriber;
  const dropped: { droppedRecords: number; droppedBytes: number }[] = [];
  const open = (options: Partial<SubscriberOptions> = {}) => {
    dropped.length = 0;
    delivery = new FakeDelivery();
    const onDropped: SubscriberOptions["onDropped"] = (record) => dropped.push(record);
    subscriber = new TelemetrySubscriber({ subscription, delivery, onDropped, ...options });
  };
  beforeEach(() => open());
  afterEach(() => subscriber.close());

  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  };

  it("delivers full batches by count, and the rest on draining", async () => {
    for (const text of ["a", "b", "c", "d"]) subscriber.push(line(text));
    await until(() => delivery.batches.length === 1);
    assert.deepEqual(delivery.batches, [["a", "b", "c"]]);
    await subscriber.drain();
    assert.deepEqual(delivery.batches, [["a", "b", "c"], ["d"]]);
  });

  it("cuts batches by bytes, and still takes an event that is larger than a batch", async () => {
    const [half, whole] = ["x".repeat(6_000), "y".repeat(20_000)];
    for (const text of [half, half, whole]) subscriber.push(line(text));
    await subscriber.drain();
    assert.deepEqual(delivery.batches, [[half], [half], [whole]]);
  });

  it("delivers by time what never fills a batch", async () => {
    open({ subscription: { ...subscription, timeoutMs: 25 } });
    subscriber.push(line("a"));
    await until(() => delivery.batches.length === 1);
  });

  it("leaves out what was not subscribed to", async () => {
    subscriber.push({ ...line("not for it"), type: "extension" });
    subscriber.push(line("a"));
    await subscriber.drain();
    assert.deepEqual(delivery.batches, [["a"]]);
  });

  it("delivers nothing while paused, and what is overdue at once afterwards", async () => {
    open({ subscription: { ...subscription, timeoutMs: 25 } });
    subscriber.pause();
    for (const text of ["a", "b", "c", "d"]) subscriber.push(line(text));
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(delivery.attempts, 0);
    subscriber.resume();
    await until(() => delivery.batches.length === 2);
    assert.deepEqual(delivery.batches, [["a", "b", "c"], ["d"]]);
  });

  it("delivers a refused batch again before the next one", async () => {
    delivery.refusing = true;
    for (const text of ["a", "b", "c", "d"]) subscriber.push(line(text));
    await until(() => delivery.attempts > 1);
    delivery.refusing = false;
    await subscriber.drain();
    assert.deepEqual(delivery.batches, [["a", "b", "c"], ["d"]]);
  });

  it("drops log lines above its limit but no platform events, and reports how many", async () => {
    open({ maxPendingBytes: 400 });
    delivery.refusing = true;
    for (let index = 0; index < 20; index += 1) subscriber.push(line(`line ${index}`));
    subscriber.push(start);
    await until(() => delivery.attempts > 0);
    delivery.refusing = false;
    await subscriber.drain();
    const delivered = delivery.batches.flat();
    const lines = delivered.filter((record) => typeof record === "string");
    assert.equal(delivered.length, lines.length + 1);
    assert.equal(dropped.length, 1);
    assert.equal(lines.length + dropped[0].droppedRecords, 20);
    assert.ok(dropped[0].droppedBytes > 0);
  });

  it("settles a drain when it is closed", async () => {
    delivery.refusing = true;
    subscriber.push(line("a"));
    const drained = subscriber.drain();
    await until(() => delivery.attempts > 0);
    subscriber.close();
    await drained;
  });

  it("writes one JSON object a line to a TCP destination", async () => {
    const received: string[] = [];
    const server = net.createServer((socket) => socket.on("data", (data) => received.push(data.toString())));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    const tcp = openDelivery({ ...subscription, destination: { protocol: "TCP", port } }, (to) =>
      net.connect(to, "127.0.0.1"),
    );
    await tcp.deliver(['{"a":1}', '{"b":2}']);
    await tcp.deliver(['{"c":3}']);
    await until(() => received.join("") === '{"a":1}\n{"b":2}\n{"c":3}\n');
    tcp.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
