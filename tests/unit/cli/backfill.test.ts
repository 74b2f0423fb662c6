import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Delivery,
  deliveryResult,
  extensionEnvironment,
  positionAfter,
  Resumption,
  streamsOf,
  withoutStored,
} from "../../../cli/plan/backfill";
import { momentMs } from "../../../cli/plan/duration";
import { hasExtension, type StoredEvent, telemetryOfStream } from "../../../cli/plan/history";
import { type BackfillParts, backfill } from "../../../cli/run/backfill";
import { BackfillState } from "../../../cli/run/backfillState";
import { extensionFile } from "../../../cli/run/extensionFile";
import { type ProcessMark, processEnded, processMark } from "../../../cli/run/processMark";

const start = Date.parse("2026-11-27T10:00:00Z");
const event = (message: string, after = 0): StoredEvent => ({ timestamp: start + after, message });
const report = (id: string, more = "") =>
  `REPORT RequestId: ${id}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB\t${more}\n`;
/** The events in a text log stream after an invocation that writes these lines. */
const invocation = (id: string, lines: string[], at: number, more = ""): StoredEvent[] => [
  event(`START RequestId: ${id} Version: 7\n`, at),
  ...lines.map((line) => event(`${line}\n`, at + 1)),
  event(`END RequestId: ${id}\n`, at + 20),
  event(report(id, more), at + 20),
];

describe("the history of a log stream", () => {
  it("becomes the events that the Telemetry API would have delivered", () => {
    const trace =
      "Init Duration: 100.50 ms\t\nXRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 53995c3f42cd8ad8\tSampled: true";
    const found = telemetryOfStream([
      event(
        "INIT_START Runtime Version: nodejs:22.v5\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:abc\n",
      ),
      event("EXTENSION\tName: other\tState: Ready\tEvents: [INVOKE]\n"),
      event("while it starts\n", 50),
      ...invocation("r-1", ["order 17", "two\nlines"], 100, trace),
    ]);
    assert.deepEqual(
      found.map(({ type, time }) => [type, Date.parse(time) - start]),
      [
        ["platform.initStart", 0],
        ["function", 50],
        ["platform.initReport", 100],
        ["platform.start", 100],
        ["function", 101],
        ["function", 101],
        ["platform.report", 120],
      ],
    );
    assert.deepEqual(found[3]?.record, {
      requestId: "r-1",
      version: "7",
      tracing: {
        type: "X-Amzn-Trace-Id",
        value: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
      },
    });
    assert.equal(found[5]?.record, "two\nlines\n");
    assert.deepEqual(found[6]?.record, {
      requestId: "r-1",
      status: "success",
      metrics: {
        ...{ durationMs: 12.34, billedDurationMs: 13, memorySizeMB: 128, maxMemoryUsedMB: 60 },
        initDurationMs: 100.5,
      },
    });
  });

  it("adds what old reports lack about timeouts and exits, and omits Lambda's own lines about them", () => {
    const records = (events: StoredEvent[]) =>
      telemetryOfStream(events).map(({ type, record }) => {
        const { status, errorType } = record as { status?: string; errorType?: string };
        return [type, status, errorType].filter(Boolean).join(" ");
      });
    const late = "2026-11-27T10:00:03.000Z r-1 Task timed out after 3.00 seconds\n";
    assert.deepEqual(records(invocation("r-1", [late], 0)), ["platform.start", "platform.report timeout"]);
    const exit = "RequestId: r-1 Error: Runtime exited with error: exit status 1\nRuntime.ExitError";
    assert.deepEqual(records(invocation("r-1", [exit], 0)), [
      "platform.start",
      "platform.report error Runtime.ExitError",
    ]);
    assert.deepEqual(records(invocation("r-1", [], 0, "Status: error\tError Type: Runtime.OutOfMemory\t")), [
      "platform.start",
      "platform.report error Runtime.OutOfMemory",
    ]);
    assert.deepEqual(
      records([event("INIT_REPORT Init Duration: 10000.12 ms\tPhase: init\tStatus: timeout\t\n")]),
      ["platform.initReport timeout"],
    );
  });

  it("has the events of functions that log JSON as they are, and their lines as objects", () => {
    const platform = {
      time: "2026-11-27T10:00:00.000Z",
      type: "platform.start",
      record: { requestId: "r-1" },
    };
    const found = telemetryOfStream([
      event(JSON.stringify(platform)),
      event('{"level":"INFO","message":"order 17"}'),
      event("not JSON"),
    ]);
    assert.deepEqual(
      [found[0], found[1]?.record, found[2]?.record],
      [platform, { level: "INFO", message: "order 17" }, "not JSON"],
    );
    const [line] = telemetryOfStream([
      event('{"type":"platform.start","message":"a line of a text stream"}'),
    ]);
    assert.equal(line?.type, "function");
  });

  it("detects whether the extension ran in the environment", () => {
    const text = (name: string, state = "Ready") => [
      event(`EXTENSION\tName: ${name}\tState: ${state}\tEvents: [INVOKE]\n`),
    ];
    const json = (name: string) => [
      event(
        JSON.stringify({
          time: "2026-11-27T10:00:00Z",
          type: "platform.extension",
          record: { name, state: "Ready" },
        }),
      ),
    ];
    const cases = [text("clickstack-extension"), text("rotel-extension"), json("clickstack-extension")];
    assert.deepEqual(cases.map(hasExtension), [true, true, true]);
    const others = [
      text("other"),
      text("clickstack-extension", "Crashed"),
      json("other"),
      invocation("r-1", ["a"], 0),
    ];
    assert.deepEqual(others.map(hasExtension), [false, false, false, false]);
  });
});

describe("what backfill decides", () => {
  it("a delivery ends with an invocation, and in any case before the extension's limit", () => {
    const line = "x".repeat(400_000);
    const all = Array.from({ length: 30 }, (_, index) =>
      invocation(`r-${index}`, index === 9 ? Array.from({ length: 20 }, () => line) : [line], index * 100),
    ).flat();
    const delivery = new Delivery();
    const cut = [
      ...all.flatMap((one) => [delivery.add(one) ?? []].filter(({ length }) => length > 0)),
      delivery.take(),
    ].filter(({ length }) => length > 0);
    assert.deepEqual(cut.flat(), all);
    const sizes = cut.map((events) => events.reduce((sum, { message }) => sum + message.length, 0));
    assert.ok(Math.max(...sizes) < 8 * 1024 * 1024, sizes.join());
    const endings = cut.filter((events) => events.at(-1)?.message.startsWith("REPORT"));
    assert.equal(endings.length, cut.length - 1, "one of them is cut within the long invocation");
  });

  it("continues after the last delivery, also within a millisecond", () => {
    const events = ["a", "b", "c", "d"].map((message, index) => event(message, Math.floor(index / 3)));
    const first = positionAfter(events.slice(0, 2), undefined);
    assert.deepEqual(first, { time: start, count: 2 });
    const resumption = new Resumption(first);
    const left = events.filter((one) => resumption.isNew(one));
    assert.deepEqual(
      left.map(({ message }) => message),
      ["c", "d"],
    );
    assert.deepEqual(positionAfter(left.slice(0, 1), first), { time: start, count: 3 });
    assert.deepEqual(positionAfter([], first), first);
  });

  it("leaves out invocations that ClickHouse has rows of", () => {
    const init = event("INIT_START Runtime Version: a\tRuntime Version ARN: b\n");
    const all = [
      init,
      ...invocation("r-1", ["one"], 10),
      ...invocation("r-2", ["two"], 100),
      ...invocation("r-3", [], 200),
      event("START RequestId: r-4 Version: 7\n", 300),
      event("four\n", 301),
    ];
    const left = (withLines: string[], withSpans: string[] = []) =>
      withoutStored(all, { withLines: new Set(withLines), withSpans: new Set(withSpans) })
        .filter(({ message }) => /^(INIT|START|one|two|four)/.test(message))
        .map(({ message }) =>
          message
            .replace(/^START RequestId: (\S+)[\s\S]*/, "$1")
            .slice(0, 4)
            .trim(),
        );
    assert.deepEqual(left([]), ["INIT", "r-1", "one", "r-2", "two", "r-3", "r-4", "four"]);
    assert.deepEqual(left(["r-1", "r-4"]), ["r-2", "two", "r-3"]);
    // Spans alone do not prove that lines arrived.
    assert.deepEqual(left(["r-1"], ["r-2", "r-3"]), ["r-2", "two", "r-4", "four"]);
  });

  it("selects the streams of the range, and of the function if it shares its log group", () => {
    const stream = (name: string, firstEvent: number, lastEvent: number, lastIngestion = lastEvent) => ({
      ...{ name, firstEvent, lastEvent, lastIngestion },
    });
    const all = [
      stream("2026/11/27/orders[$LATEST]c", 300, 400),
      stream("2026/11/27/orders[$LATEST]b", 200, 250, 350),
      stream("2026/11/27/orders[$LATEST]a", 10, 20),
      stream("2026/11/27/payments[$LATEST]d", 300, 400),
      stream("2026/11/27/orders[$LATEST]e", 500, 600),
    ];
    const chosen = (shared: boolean) =>
      streamsOf(all, { name: "orders", since: 300, until: 450, shared }).map(({ name }) => name.slice(-1));
    assert.deepEqual(
      [chosen(true), chosen(false)],
      [
        ["b", "c"],
        ["b", "c", "d"],
      ],
    );
  });

  it("passes the function's settings to the extension, except those that apply only in the function", () => {
    const environment = extensionEnvironment(
      {
        name: "orders",
        arn: "arn:aws:lambda:eu-west-1:123456789012:function:orders",
        region: "eu-west-1",
        logGroup: "/aws/lambda/orders",
        memorySize: 512,
      },
      "2026/11/27/[7]abc",
      {
        ...{ ROTEL_OTLP_EXPORTER_ENDPOINT: "https://clickstack.example.com", TZ: "Europe/Vienna" },
        ...{
          AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-wrapper",
          LD_LIBRARY_PATH: "/opt/lib",
          HTTPS_PROXY: "http://10.0.0.1",
        },
        ...{ OTEL_RESOURCE_ATTRIBUTES: "team=shop", CLICKSTACK_PLATFORM_METRICS: "true" },
      },
      { HTTPS_PROXY: "http://proxy.example.com", HOME: "/root", AWS_SECRET_ACCESS_KEY: "key" },
      "127.0.0.1:9001",
    );
    const { HTTPS_PROXY, TZ, OTEL_RESOURCE_ATTRIBUTES, CLICKSTACK_PLATFORM_METRICS, ...rest } = environment;
    assert.deepEqual(
      [HTTPS_PROXY, TZ, CLICKSTACK_PLATFORM_METRICS],
      ["http://proxy.example.com", "Europe/Vienna", "false"],
    );
    assert.equal(
      OTEL_RESOURCE_ATTRIBUTES,
      "cloud.account.id=123456789012,cloud.resource_id=arn:aws:lambda:eu-west-1:123456789012:function:orders:7,team=shop",
    );
    assert.deepEqual(
      ["AWS_LAMBDA_EXEC_WRAPPER", "LD_LIBRARY_PATH", "HOME", "AWS_SECRET_ACCESS_KEY"].filter(
        (name) => name in rest,
      ),
      [],
    );
    assert.equal(rest.AWS_LAMBDA_FUNCTION_VERSION, "7");
  });

  it("reads the extension's reports about undelivered records", () => {
    const said =
      "clickstack-extension: WARN http://127.0.0.1:1/v1/logs: connection refused\n" +
      "clickstack-extension: INFO records dropped: 1 (buffer full), 2 (refused by the backend), 3 (retried for too long), 4 (not sent before the end)\n";
    const warnings = ["http://127.0.0.1:1/v1/logs: connection refused"];
    assert.deepEqual(deliveryResult(said), { refused: 2, unsent: 8, warnings });
    assert.deepEqual(deliveryResult(""), { refused: 0, unsent: 0, warnings: [] });
    const source = readFileSync(
      join(__dirname, "../../../runtime/src/export/delivery/results.rs"),
      "utf8",
    ).replace(/\\\n\s*/g, "");
    assert.match(
      source,
      /"records dropped: \{dropped\} \(buffer full\), \{\} \(refused by the backend\), \{\} \(retried for too long\), \{\} \(not sent before the end\)"/,
    );
  });

  it("accepts durations and times, and refuses machines that cannot run the extension", async () => {
    const now = Date.parse("2026-11-30T12:00:00Z");
    assert.equal(momentMs("7d", "--since", now), Date.parse("2026-11-23T12:00:00Z"));
    assert.equal(momentMs("2026-11-01", "--since", now), Date.parse("2026-11-01T00:00:00Z"));
    assert.throws(
      () => momentMs("yesterday", "--since", now),
      /--since: must be a duration such as 6h or 7d, or a time/,
    );
    await assert.rejects(
      extensionFile({ platform: "darwin", arch: "arm64" }),
      /needs Linux on x86-64 or arm64/,
    );
  });
});

describe("a backfill", () => {
  const directory = mkdtempSync(join(tmpdir(), "backfill-test-"));
  after(() => rmSync(directory, { recursive: true, force: true }));

  const arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
  const big = "x".repeat(900_000);
  /** Twelve invocations in each stream, of which four fill a delivery. */
  const streams = Object.fromEntries(
    ["a", "b", "c"].map((name) => [
      name,
      Array.from({ length: 12 }, (_, index) =>
        invocation(`${name}-${index}`, [`${name} ${index} ${big}`], index * 100),
      ).flat(),
    ]),
  );
  const logs: BackfillParts["logs"] = {
    head: async (stream) => (streams[stream] ?? []).slice(0, 3),
    async *pages(stream, from) {
      const events = (streams[stream] ?? []).filter(({ timestamp }) => timestamp >= from);
      for (let at = 0; at < events.length; at += 5) yield events.slice(at, at + 5);
    },
  };
  const ended = async () => {};
  const options = {
    until: start + 1e9,
    dryRun: false,
    concurrency: 2,
    signal: new AbortController().signal,
    done() {},
  };
  const views = Object.keys(streams).map((name) => ({ name }));
  const linesOf = (events: readonly { type: string; record: unknown }[]) =>
    events.flatMap(({ type, record }) =>
      type === "function" ? [String(record).split(" ").slice(0, 2).join(" ")] : [],
    );

  it("that is killed at any delivery continues where it was, and sends each line once", async () => {
    for (const killedAt of [0, 1, 4, 8]) {
      const path = join(directory, `killed-${killedAt}.json`);
      const sent: string[] = [];
      let deliveries = 0;
      const killed = new Promise<never>(() => {});
      const run = (deliver: BackfillParts["deliver"]) =>
        backfill(
          { logs, ended, deliver, state: BackfillState.open(path, arn, start, false) },
          views,
          options,
        );
      const firstKilled = new Promise<void>((resolve) => {
        void run(async (_, events) => {
          if (deliveries++ >= killedAt) {
            resolve();
            return killed;
          }
          sent.push(...linesOf(events));
          return { refused: 0, unsent: 0, warnings: [] };
        });
      });
      await firstKilled;
      const results = await run(async (_, events) => {
        sent.push(...linesOf(events));
        return { refused: 0, unsent: 0, warnings: [] };
      });
      assert.equal(sent.length, 36, `killed at ${killedAt}`);
      assert.equal(new Set(sent).size, 36);
      assert.deepEqual(
        results.flatMap(({ failure }) => failure ?? []),
        [],
      );
      // Without ClickHouse, it is unknown whether the killed delivery arrived.
      assert.ok(results.some(({ repeated = 0 }) => repeated > 0));
    }
  });

  it("with ClickHouse knows what the killed delivery stored", async () => {
    const path = join(directory, "stored.json");
    const sent: string[] = [];
    const arrived = new Set<string>();
    const stored = async () => ({ withLines: arrived, withSpans: arrived });
    const sender = { pid: 17, startTicks: 4 };
    const underWay: string[] = [];
    const deliver =
      (dies: boolean): BackfillParts["deliver"] =>
      async (_, events, started) => {
        started(sender);
        sent.push(...linesOf(events));
        for (const { type, record } of events)
          if (type === "platform.start") underWay.push((record as { requestId: string }).requestId);
        return dies ? new Promise<never>(() => {}) : { refused: 0, unsent: 0, warnings: [] };
      };
    // The extension continues after the command ends, and sends what it received.
    const waitedFor: ProcessMark[] = [];
    const ended = async (process: ProcessMark) => {
      waitedFor.push(process);
      for (const id of underWay) arrived.add(id);
    };
    const state = () => BackfillState.open(path, arn, start, false);
    const one = views.slice(0, 1);
    void backfill({ logs, ended, deliver: deliver(true), state: state(), stored }, one, options);
    while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [result] = await backfill(
      { logs, ended, deliver: deliver(false), state: state(), stored },
      one,
      options,
    );
    assert.deepEqual([sent.length, new Set(sent).size], [12, 12]);
    assert.deepEqual([result?.lines, result?.stored, result?.repeated], [8, 4, undefined]);
    assert.deepEqual(waitedFor, [sender]);
  });

  it("waits for a process until it has ended, and for no other that has its id", async () => {
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    const mark = processMark(child.pid ?? 0);
    assert.ok(mark);
    await processEnded({ ...mark, startTicks: mark.startTicks - 1 });
    let isEnded = false;
    const waiting = processEnded(mark).then(() => {
      isEnded = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(isEnded, false);
    child.kill("SIGKILL");
    await waiting;
    assert.equal(processMark(mark.pid), undefined);
  });

  it("passes each part of a long invocation its number", async () => {
    const long = invocation(
      "r-1",
      Array.from({ length: 10 }, () => big),
      0,
    );
    const starts: number[] = [];
    const deliver: BackfillParts["deliver"] = async (_, events) => {
      starts.push(events.filter(({ type }) => type === "platform.start").length);
      return { refused: 0, unsent: 0, warnings: [] };
    };
    const of: BackfillParts["logs"] = {
      head: async () => [],
      async *pages() {
        yield long;
      },
    };
    const state = BackfillState.open(join(directory, "long.json"), arn, start, false);
    const [result] = await backfill({ logs: of, ended, deliver, state }, views.slice(0, 1), options);
    assert.deepEqual([starts, result?.lines], [[1, 1], 10]);
  });

  it("ends if the backend refuses everything, and names the reason when it is run again", async () => {
    const path = join(directory, "refused.json");
    const state = () => BackfillState.open(path, arn, start, false);
    let calls = 0;
    const refuse: BackfillParts["deliver"] = async () => {
      calls += 1;
      return { refused: 0, unsent: 4, warnings: ["a setting", "the backend refused the key"] };
    };
    const results = await backfill({ logs, ended, deliver: refuse, state: state() }, views, options);
    assert.deepEqual(
      new Set(results.map(({ failure }) => failure)),
      new Set(["the backend refused the key", "not completed"]),
    );
    assert.ok(calls <= 2, "others would fare the same");
    const accept = async () => ({ refused: 0, unsent: 0, warnings: [] });
    const again = await backfill({ logs, ended, deliver: accept, state: state() }, views, options);
    assert.equal(
      again.reduce((sum, { lines }) => sum + lines, 0),
      36,
    );
  });

  it("notes nothing in a dry run, and keeps to the range and the function of its file", async () => {
    const path = join(directory, "range.json");
    const deliver = () => assert.fail("a dry run sends nothing");
    const results = await backfill(
      { logs, ended, deliver, state: BackfillState.open(path, arn, start, true) },
      views,
      { ...options, dryRun: true },
    );
    assert.equal(
      results.reduce((sum, { lines }) => sum + lines, 0),
      36,
    );
    assert.throws(() => readFileSync(path), /ENOENT/);
    BackfillState.open(path, arn, start, false).note("a", { done: { time: start, count: 1 } });
    assert.equal(
      BackfillState.open(path, arn, start + 5000, false).since,
      start,
      "an interrupted run leaves no gap",
    );
    assert.throws(
      () => BackfillState.open(path, arn, start - 1, false),
      /begins at 2026-11-27T10:00:00.000Z: to send what is older, pass --until 2026-11-27T10:00:00.000Z/,
    );
    assert.throws(
      () => BackfillState.open(path, `${arn}2`, start, false),
      /belongs to .*:orders: pass another file/,
    );
    writeFileSync(path, "{");
    assert.throws(() => BackfillState.open(path, arn, start, false), /is not a state file of `backfill`/);
  });
});
