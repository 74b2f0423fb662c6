import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DevOptions } from "../../../dev/main";
import { type EmbeddedAws, startEmbeddedAws } from "../../../sandbox/aws/embeddedAws";
import { type Engine, startEngine } from "../../../sandbox/engine";
import { hasLanguageHost, typeCommands } from "../../examples/checkoutCopy";
import { queryRows, setEnvironment, startDev } from "./running";

const root = join(__dirname, "..", "..", "..");

/** A function that sends sold items to a queue, and one that receives them. */
const orders = `
const { SendMessageCommand, SQSClient } = require("@aws-sdk/client-sqs");
exports.handler = async ({ sku }) => {
  console.warn("stock low for", sku);
  if (process.env.AUDIT) await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: process.env.AUDIT, MessageBody: sku }));
  return { ordered: sku };
};`;
const payment = `
def handler(event, context):
    print("audited " + event["Records"][0]["body"])
`;

interface Log {
  body: string;
  service: string;
  traceId: string;
}

describe("dev runs the functions of", function () {
  this.timeout(180_000);
  let folder: string;
  let running: ReturnType<typeof startDev> | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "projects-test-"));
    write({ "event.json": '{"sku":"A-17"}' });
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.error(running?.written.text);
    running?.stop.abort();
    await running?.ended.catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
  };

  /** Runs a project with the event until these functions have responded. @returns the output and the stored lines. */
  const run = async (services: readonly string[], options: DevOptions = {}) => {
    running = startDev({
      target: folder,
      event: join(folder, "event.json"),
      ...options,
    });
    const { written, stop, ended } = running;
    try {
      // The result is written when its trace is stored.
      for (const service of services) await written.until(new RegExp(`${service} +✔.*#/traces/`));
      await written.until(/→ {"ordered":"A-17"}/);
      const logs = await queryRows<Log>(
        written,
        "SELECT Body AS body, ServiceName AS service, TraceId AS traceId FROM otel_logs WHERE Body LIKE '%A-17%' ORDER BY body",
      );
      const spans = await queryRows<{ service: string; traceId: string }>(
        written,
        "SELECT ServiceName AS service, TraceId AS traceId FROM otel_traces WHERE SpanAttributes['faas.invocation_id'] != ''",
      );
      return { text: written.text, logs, spans };
    } finally {
      stop.abort();
      assert.equal(await ended, 0);
    }
  };

  /** One function calls the other one through the queue, and both are in one trace. */
  const runBoth = async (first: string, second: string, options?: DevOptions) => {
    const { text, logs, spans } = await run([first, second], options);
    assert.deepEqual(
      logs.map(({ body, service }) => [body, service]),
      [
        ["audited A-17", second],
        ["stock low for A-17", first],
      ],
    );
    const traces = new Set([...logs, ...spans].map(({ traceId }) => traceId));
    assert.equal(traces.size, 1, text);
    assert.deepEqual([...new Set(spans.map(({ service }) => service))].sort(), [first, second].sort());
    return text;
  };

  it("a plain folder", async () => {
    write({ "index.js": orders, "package.json": '{"name":"@shop/orders"}' });
    const { logs, spans, text } = await run(["orders"]);
    assert.match(text, /1 function of .*index\.js/);
    assert.deepEqual(
      logs.map(({ body, service }) => [body, service]),
      [["stock low for A-17", "orders"]],
    );
    assert.deepEqual(new Set(spans.map(({ traceId }) => traceId)), new Set([logs[0]?.traceId]));
  });

  it("a CloudFormation template", async () => {
    write({
      "template.json": JSON.stringify({
        Resources: {
          Audit: { Type: "AWS::SQS::Queue" },
          Orders: {
            Type: "AWS::Lambda::Function",
            Properties: {
              ...{ Runtime: "nodejs20.x", Handler: "index.handler", Timeout: 20, Code: { ZipFile: orders } },
              Environment: { Variables: { AUDIT: { Ref: "Audit" } } },
            },
          },
          Payment: {
            Type: "AWS::Lambda::Function",
            // The format that `aws cloudformation package` accepts.
            Properties: {
              ...{ Runtime: "python3.11", Handler: "payment.handler", Timeout: 20, Code: "./payment" },
            },
          },
          Source: {
            Type: "AWS::Lambda::EventSourceMapping",
            Properties: {
              EventSourceArn: { "Fn::GetAtt": ["Audit", "Arn"] },
              FunctionName: { Ref: "Payment" },
            },
          },
        },
      }),
      "payment/payment.py": payment,
    });
    await runBoth("Orders", "Payment");
  });

  it("serverless.yml", async () => {
    write({
      "serverless.yml": `
service: shop
provider: { name: aws, runtime: nodejs20.x, timeout: 20 }
functions:
  orders:
    handler: src/orders.handler
    environment: { AUDIT: !Ref Audit }
  payment:
    handler: src/payment.handler
    runtime: python3.11
    events:
      - sqs: { arn: !GetAtt Audit.Arn }
resources: { Resources: { Audit: { Type: "AWS::SQS::Queue" } } }
`,
      "src/orders.js": orders,
      "src/payment.py": payment,
    });
    await runBoth("shop-dev-orders", "shop-dev-payment");
  });

  it("CDK's output", async () => {
    cpSync(join(__dirname, "cdkApp"), folder, { recursive: true });
    const text = await runBoth("Orders", "Payment", { function: ["Orders", "Payment"] });
    assert.match(text, /2 functions of .*cdk\.out/);
    assert.doesNotMatch(text, /^!/m);
    const [, schedules] = /^Schedules .*\n((?: {2}.*\n)*)/m.exec(text) ?? [];
    assert.deepEqual(
      schedules
        ?.trim()
        .split(/\n {2}/)
        .sort(),
      [
        "Morning  cron(0 6 * * ? *) → Orders",
        "Nightly  rate(1 day) → Payment",
        "Weekly  rate(7 days) → Payment",
      ],
    );
    running = startDev({ target: folder, schedule: "Morning", once: true });
    await running.written.until(/Orders +WARN +stock low for A-17/);
    assert.equal(await running.ended, 0);
    running = startDev({ target: folder, schedule: "Nightly", once: true });
    await running.written.until(/Payment +ERROR +ValueError: no order in Scheduled Event/);
    await running.written.until(
      /Payment failed 2 times; its record goes to the queue Failed178E83A2, which no function here reads/,
    );
    assert.equal(await running.ended, 1);
  });

  describe("a Pulumi program,", () => {
    let aws: EmbeddedAws;
    let engine: Engine;
    before(async () => {
      aws = await startEmbeddedAws();
      engine = await startEngine({ aws });
    });
    after(async () => {
      await engine?.stop();
      await aws?.stop();
    });

    it("of its preview before the first deployment, and of its state after it", async function () {
      if (!hasLanguageHost(engine, "nodejs")) this.skip();
      write({
        "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
        "package.json": '{"name":"shop","main":"index.js"}',
        "orders/index.js": orders,
        "payment/payment.py": payment,
        "index.js": `
const aws = require("@pulumi/aws");
const { asset } = require("@pulumi/pulumi");
const assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" });
const role = new aws.iam.Role("role", { assumeRolePolicy });
const managed = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole";
const attached = new aws.iam.RolePolicyAttachment("queue", { role: role.name, policyArn: managed });
const audit = new aws.sqs.Queue("audit");
new aws.lambda.Function("orders", {
  role: role.arn, runtime: "nodejs20.x", handler: "index.handler", timeout: 20, name: "orders",
  code: new asset.AssetArchive({ ".": new asset.FileArchive("./orders") }),
  environment: { variables: { AUDIT: audit.url } },
});
const payment = new aws.lambda.Function("payment", {
  role: role.arn, runtime: "python3.11", handler: "payment.handler", timeout: 20, name: "payment",
  code: new asset.FileArchive("./payment"),
});
new aws.lambda.EventSourceMapping("audit", { eventSourceArn: audit.arn, functionName: payment.arn }, { dependsOn: attached });
`,
      });
      symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
      await typeCommands(engine, folder, [
        "pulumi stack init dev",
        "pulumi config set aws:region eu-central-1",
      ]);
      const restore = setEnvironment(engine.environment);
      try {
        // The engine lists resources in the order in which they become known.
        const both = { function: ["orders", "payment"] };
        const planned = await run(["orders"], both);
        assert.match(planned.text, /2 functions of the preview of the program in /);
        assert.match(planned.text, /orders: AUDIT is a secret or known only after a deployment/);
        assert.deepEqual(
          planned.logs.map(({ body, service }) => [body, service]),
          [["stock low for A-17", "orders"]],
        );
        await typeCommands(engine, folder, ["pulumi up --skip-preview --yes"]);
        assert.match(await runBoth("orders", "payment", both), /2 functions of the state of the stack in /);
      } finally {
        restore();
      }
    });
  });
});
