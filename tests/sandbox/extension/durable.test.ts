import assert from "node:assert/strict";
import { join } from "node:path";
import { build } from "esbuild";
import { DurableFunctions } from "../../../sandbox";
import { readLogs, readSpans } from "../../../sandbox/clickhouse/telemetry";
import { ingestionKey, ObservedSandbox } from "./observedSandbox";

const source = `
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
export const handler = withDurableExecution(async (event, context) => {
  console.log("order came");
  const paid = await context.step("charge", async (step) => {
    step.logger.info("charged");
    console.log("in the first step");
    return event.amount * 2;
  });
  console.log("paid " + paid);
  await context.wait("until tomorrow", { seconds: 60 });
  console.log("a new day");
  await context.step("ship", async (step) => {
    step.logger.info("shipped");
  });
  return { paid };
});
`;

const arnAttribute = "durable.execution.arn";

describe("a durable function, by the SDK for JavaScript", () => {
  let bench: ObservedSandbox;
  let functions: DurableFunctions;
  beforeEach(async () => {
    bench = await ObservedSandbox.open();
    functions = await DurableFunctions.start();
  });
  afterEach(async () => {
    await bench.close();
    await functions.close();
  });

  /** Two executions of the function, one after the other. */
  async function run(replayed: "keep" | "drop") {
    const code = join(bench.directory, "code");
    await build({
      stdin: { contents: source, resolveDir: __dirname },
      bundle: true,
      platform: "node",
      outfile: join(code, "index.js"),
      logLevel: "error",
    });
    const environment = {
      ROTEL_OTLP_EXPORTER_ENDPOINT: bench.clickhouse.otlpUrl,
      ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
      // Without a secret, which may arrive too late for a short environment.
      ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=${ingestionKey}`,
      CLICKSTACK_REPLAYED_LOGS: replayed,
      // Warnings of the AWS SDK about this machine's Node.js.
      NODE_NO_WARNINGS: "1",
      ...functions.environment,
    };
    const changes = {
      code,
      version: "1",
      durable: true,
      runtime: "nodejs22.x",
      memorySizeMb: 512,
      environment,
    };
    const sandbox = await bench.startWithSettings("orders", changes, [functions.port]);
    const functionArn = "arn:aws:lambda:eu-central-1:123456789012:function:orders:1";
    const executions = [];
    for (const name of ["order-7", "order-8"]) {
      executions.push(await functions.execute(sandbox, { amount: 21 }, { functionArn, name }));
    }
    await sandbox.shutdown();
    return executions;
  }

  it("an execution is one trace, and lines that the replay repeats are marked", async () => {
    const executions = await run("keep");
    const traces = new Set<string>();
    for (const { arn, status, result, invocations } of executions) {
      assert.deepEqual([status, result, invocations.length], ["SUCCEEDED", { paid: 42 }, 2]);
      const logs = (await readLogs(bench.clickhouse)).filter(
        ({ attributes }) => attributes[arnAttribute] === arn,
      );
      const seen = logs.map(({ body, attributes }) => [
        body,
        attributes["durable.replayed"] ?? "",
        attributes["durable.operation.name"] ?? "",
      ]);
      // The SDK's logger and `console` write in different ways, so their order is not certain.
      assert.deepEqual(seen.sort(), [
        ["a new day", "", ""],
        ["charged", "", "charge"],
        ["in the first step", "", ""],
        ["order came", "", ""],
        ["order came", "true", ""],
        ["paid 42", "", ""],
        ["paid 42", "true", ""],
        ["shipped", "", "ship"],
      ]);
      const charged = logs.find(({ body }) => body === "charged");
      assert.equal(charged?.attributes["durable.attempt.number"], "1");
      const spans = (await readSpans(bench.clickhouse)).filter(
        ({ attributes }) => attributes[arnAttribute] === arn,
      );
      const [root, ...others] = spans.filter(({ parentSpanId }) => parentSpanId === "");
      assert.deepEqual([root?.name, others], ["orders durable execution", []]);
      const invokes = spans.filter(({ name }) => name === "orders");
      assert.deepEqual(
        invokes.map(({ invocationId, parentSpanId }) => [invocationId, parentSpanId]),
        invocations.map(({ requestId }) => [requestId, root?.spanId]),
      );
      const ids = new Set([...logs, ...spans].map(({ traceId }) => traceId));
      assert.equal(ids.size, 1);
      for (const id of ids) traces.add(id);
    }
    assert.equal(traces.size, 2, "each execution has its own");
  });

  it("lines that the replay repeats are omitted if the user requests it", async () => {
    await run("drop");
    const bodies = (await readLogs(bench.clickhouse)).map(({ body }) => body).sort();
    const once = ["order came", "charged", "in the first step", "paid 42", "a new day", "shipped"];
    assert.deepEqual(bodies, [...once, ...once].sort());
  });
});
