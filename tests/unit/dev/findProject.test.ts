import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findProject } from "../../../dev/project/findProject";
import { readPulumiProject } from "../../../dev/project/pulumi";
import { removeTemporaryFolder } from "../../../dev/project/temporaryFolder";

describe("the functions of a project", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "project-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  after(removeTemporaryFolder);

  const write = (files: Record<string, string | object>) => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    }
  };
  const options = {
    hosts: { node: "nodejs22.x", python: "python3.11" },
    environment: { TEAM: "shop" },
  };
  const find = (path = folder, more = {}) => findProject(path, { ...options, ...more });
  const only = async (path = folder, more = {}) => {
    const project = await find(path, more);
    assert.equal(project.functions.length, 1);
    const [found] = project.functions;
    assert.ok(found);
    return { ...found, kind: project.kind, notices: project.notices };
  };

  describe("in a plain folder", () => {
    for (const [file, text, runtime, handler] of [
      ["index.js", "exports.handler = async () => 1;", "nodejs22.x", "index.handler"],
      ["src/handler.ts", "export const handler = async () => 1;", "nodejs22.x", "src/handler.handler"],
      ["app.mjs", "export async function lambdaHandler() {}", "nodejs22.x", "app.lambdaHandler"],
      [
        "index.cjs",
        "async function handler() {}\nmodule.exports = { handler };",
        "nodejs22.x",
        "index.handler",
      ],
      [
        "lambda_function.py",
        "def lambda_handler(event, context):\n  pass",
        "python3.11",
        "lambda_function.lambda_handler",
      ],
    ] as const)
      it(`is the handler of ${file}`, async () => {
        write({ [file]: text });
        const found = await only();
        assert.deepEqual(
          [found.kind, found.runtime, found.handler, found.code],
          ["folder", runtime, handler, folder],
        );
      });

    it("is the module that package.json names, with the package's name", async () => {
      write({
        "package.json": { name: "@shop/orders", main: "./lib/orders.js" },
        "lib/orders.js": "exports.handler = 1",
        "index.js": "exports.handler = 1",
      });
      const found = await only();
      assert.deepEqual([found.name, found.handler], ["orders", "lib/orders.handler"]);
    });

    it("is a program for a provided runtime", async () => {
      write({ bootstrap: "#!/bin/sh\n" });
      chmodSync(join(folder, "bootstrap"), 0o755);
      assert.deepEqual([(await only()).runtime, (await only()).handler], ["provided.al2023", "bootstrap"]);
    });

    it("is the handler that the user names", async () => {
      write({ "jobs/daily.py": "def run(event, context): pass", "index.js": "exports.handler = 1" });
      const found = await only(folder, { handler: "jobs/daily.run" });
      assert.deepEqual([found.runtime, found.handler], ["python3.11", "jobs/daily.run"]);
      await assert.rejects(
        find(folder, { handler: "jobs/weekly.run" }),
        /has no jobs\/weekly\.js, .*Name file and function/,
      );
    });

    it("is reported as missing, with the list of what was looked for", async () => {
      write({ "readme.md": "nothing" });
      await assert.rejects(find(), /no function was found in .*: no SAM .*lambda_function\.py.*--handler/);
    });
  });

  const sam = `
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: nodejs22.x
    Timeout: 10
    Environment: { Variables: { STAGE: !Ref Stage } }
Parameters:
  Stage: { Type: String, Default: test }
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub "orders-\${Stage}"
      CodeUri: src/orders
      Handler: index.handler
      MemorySize: 256
      Layers: [!Ref Tools, "arn:aws:lambda:eu-west-1:1:layer:other:1"]
      Environment:
        Variables:
          TABLE: !Ref Table
          QUEUE: !Ref Outgoing
          TOPIC: !Ref Sold
          PAYMENT: !GetAtt Payment.Arn
          URL: !Join ["/", ["https://api", !Ref Stage]]
      Events:
        Api: { Type: HttpApi }
        Queue: { Type: SQS, Properties: { Queue: !GetAtt Incoming.Arn } }
        Topic: { Type: SNS, Properties: { Topic: !Ref Sold, FilterPolicy: { sku: [A-17] }, FilterPolicyScope: MessageBody } }
        Queued: { Type: SNS, Properties: { Topic: !Ref Sold, SqsSubscription: true } }
        Rule: { Type: EventBridgeRule, Properties: { Pattern: { source: [shop] }, EventBusName: !Ref Bus, InputPath: $.detail } }
        Off: { Type: EventBridgeRule, Properties: { Pattern: {}, State: DISABLED } }
        Hourly: { Type: Schedule, Properties: { Schedule: rate(1 hour), Input: '{"sku":"A-17"}' } }
        Weekly: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(7 days), Name: weekly, GroupName: shop } }
      EventInvokeConfig:
        MaximumRetryAttempts: 0
        DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt Outgoing.Arn }, OnSuccess: { Type: EventBridge, Destination: !GetAtt Bus.Arn } }
  Payment:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Code:
        ZipFile: |
          def handler(event, context):
            return 1
  Away: { Type: AWS::Lambda::Function, Properties: { Runtime: nodejs22.x, Handler: a.b, Code: { S3Bucket: b, S3Key: k } } }
  Tools: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: layers/tools } }
  Table: { Type: AWS::DynamoDB::Table }
  Incoming: { Type: AWS::SQS::Queue }
  Outgoing: { Type: AWS::SQS::Queue }
  Sold: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub "sold-\${Stage}", Subscription: [{ Protocol: email, Endpoint: a@b }] } }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: shop } }
  Subscribed:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref Sold, Protocol: sqs, Endpoint: !GetAtt Outgoing.Arn, RawMessageDelivery: true }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { detail-type: [paid] }
      Targets: [{ Id: a, Arn: !GetAtt Payment.Arn, InputTransformer: { InputPathsMap: { id: $.id }, InputTemplate: "<id>" } }]
  Daily:
    Type: AWS::Events::Rule
    Properties: { ScheduleExpression: rate(1 day), State: DISABLED, Targets: [{ Id: a, Arn: !GetAtt Payment.Arn }, { Id: b, Arn: !GetAtt Cluster.Arn }] }
  Yearly:
    Type: AWS::Scheduler::Schedule
    Properties: { Name: yearly, GroupName: !Ref AWS::NoValue, ScheduleExpression: "cron(0 0 1 1 ? *)", Target: { Arn: !GetAtt Outgoing.Arn, Input: "{}" } }
  Invoked:
    Type: AWS::Lambda::EventInvokeConfig
    Properties: { FunctionName: !Ref Payment, Qualifier: $LATEST, DestinationConfig: { OnFailure: { Destination: !Ref Sold } } }
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { FunctionName: !Ref Payment, EventSourceArn: !GetAtt Outgoing.Arn }
`;

  it("are those of a SAM template, with globals, parameters and references", async () => {
    write({ "template.yaml": sam, "src/orders/index.js": "", "layers/tools/nodejs/index.js": "" });
    const { kind, functions, routes, notices } = await find();
    assert.equal(kind, "template");
    const [orders, payment] = functions;
    assert.deepEqual(orders, {
      name: "orders-test",
      aliases: ["Orders"],
      runtime: "nodejs22.x",
      handler: "index.handler",
      code: join(folder, "src/orders"),
      memorySizeMb: 256,
      timeoutSeconds: 10,
      environment: {
        STAGE: "test",
        TABLE: "Table",
        QUEUE: "https://sqs.us-east-1.amazonaws.com/123456789012/Outgoing",
        TOPIC: "arn:aws:sns:us-east-1:123456789012:sold-test",
        PAYMENT: "arn:aws:lambda:us-east-1:123456789012:function:Payment",
        URL: "https://api/test",
      },
      layers: [join(folder, "layers/tools")],
      logFormat: undefined,
      queues: ["Incoming", "OrdersQueuedQueue"],
      asynchronous: {
        retries: 0,
        onFailure: { kind: "queue", name: "Outgoing" },
        onSuccess: { kind: "bus", name: "shop" },
      },
    });
    assert.deepEqual(payment?.asynchronous, { retries: 2, onFailure: { kind: "topic", name: "sold-test" } });
    const ordersTest = { kind: "function", name: "orders-test" } as const;
    assert.deepEqual(routes, {
      subscriptions: [
        {
          topic: "sold-test",
          to: ordersTest,
          filter: { sku: ["A-17"] },
          filterScope: "MessageBody",
          raw: false,
        },
        {
          topic: "sold-test",
          to: { kind: "queue", name: "OrdersQueuedQueue" },
          filterScope: "MessageAttributes",
          raw: false,
        },
        {
          topic: "sold-test",
          to: { kind: "queue", name: "Outgoing" },
          filterScope: "MessageAttributes",
          raw: true,
        },
      ],
      rules: [
        { bus: "shop", pattern: { source: ["shop"] }, to: ordersTest, input: { path: "$.detail" } },
        {
          bus: "default",
          pattern: { "detail-type": ["paid"] },
          to: { kind: "function", name: "Payment" },
          input: { transformer: { paths: { id: "$.id" }, template: "<id>" } },
        },
      ],
      schedules: [
        {
          ...{ name: "OrdersHourly", expression: "rate(1 hour)", of: "rule", to: ordersTest },
          input: { constant: '{"sku":"A-17"}' },
        },
        {
          ...{ name: "weekly", group: "shop", expression: "rate(7 days)", of: "scheduler" },
          ...{ to: ordersTest, input: {} },
        },
        {
          ...{ name: "Daily", expression: "rate(1 day)", of: "rule", input: {} },
          to: { kind: "function", name: "Payment" },
        },
        {
          ...{ name: "yearly", expression: "cron(0 0 1 1 ? *)", of: "scheduler", input: { constant: "{}" } },
          to: { kind: "queue", name: "Outgoing" },
        },
      ],
    });
    assert.deepEqual(payment?.queues, ["Outgoing"]);
    assert.equal(payment?.runtime, "python3.13");
    assert.match(readFileSync(join(payment?.code ?? "", "index.py"), "utf8"), /^def handler/);
    assert.deepEqual(
      notices.map((notice) => notice.split(" ").slice(0, 4).join(" ")),
      [
        "orders-test: TABLE refers to",
        'orders-test: layer "arn:aws:lambda:eu-west-1:1:layer:other:1" is',
        "Away: its code is",
        "Sold's subscription: its target",
        "Daily: its target is",
      ],
    );
  });

  it("are those of serverless.yml, with its variables", async () => {
    write({
      "serverless.yml": `
service: shop
custom: { retention: 7, names: { test: "test-table" } }
provider:
  name: aws
  runtime: nodejs22.x
  stage: \${opt:stage, 'test'}
  environment:
    TABLE: \${self:custom.names.\${sls:stage}}
    TEAM: \${env:TEAM}
    KEY: \${ssm:/shop/key}
functions:
  orders:
    handler: ./src/orders.create
    timeout: 12
    events:
      - sns: sold
      - sns: { arn: !Ref Paid, filterPolicy: { sku: [A-17] } }
      - eventBridge: { eventBus: !Ref Bus, pattern: { source: [shop] }, input: { a: 1 } }
      - eventBridge: { schedule: rate(5 days), input: { a: 1 } }
      - schedule: rate(1 day)
      - schedule: { rate: ["cron(0 6 * * ? *)", rate(2 hours)], input: { sku: A-17 } }
      - schedule: { method: scheduler, rate: [rate(3 days)] }
    maximumRetryAttempts: 1
    destinations: { onFailure: payment, onSuccess: !GetAtt Queue.Arn }
    environment:
      PAYMENT: !Ref PaymentLambdaFunction
  payment: { handler: src/payment.charge, runtime: python3.13, name: charge, onError: !Ref Paid, layers: [{ Ref: ToolsLambdaLayer }], events: [{ sqs: { arn: !GetAtt Queue.Arn } }] }
layers: { tools: { path: layers/tools } }
resources: { Resources: { Queue: { Type: "AWS::SQS::Queue", Properties: { Name: "\${aws:accountId}" } }, Paid: { Type: "AWS::SNS::Topic" }, Bus: { Type: "AWS::Events::EventBus" } } }
`,
      "layers/tools/python/x.py": "",
    });
    const { kind, functions, routes, notices } = await find();
    assert.equal(kind, "serverless");
    assert.deepEqual(
      functions.map(({ name, aliases, runtime, handler, timeoutSeconds, memorySizeMb }) => [
        name,
        ...aliases,
        runtime,
        handler,
        timeoutSeconds,
        memorySizeMb,
      ]),
      [
        ["shop-test-orders", "orders", "nodejs22.x", "src/orders.create", 12, 1024],
        ["charge", "payment", "python3.13", "src/payment.charge", 6, 1024],
      ],
    );
    assert.deepEqual(functions[0]?.environment, { TABLE: "test-table", TEAM: "shop", PAYMENT: "charge" });
    assert.deepEqual(functions[1]?.queues, ["Queue"]);
    const orders = { kind: "function", name: "shop-test-orders" };
    const all = { filterScope: "MessageAttributes", raw: false };
    assert.deepEqual(routes, {
      subscriptions: [
        { topic: "sold", to: orders, ...all },
        { topic: "Paid", to: orders, filter: { sku: ["A-17"] }, ...all },
      ],
      rules: [{ bus: "Bus", pattern: { source: ["shop"] }, to: orders, input: { constant: '{"a":1}' } }],
      // With the names that the framework assigns.
      schedules: [
        ["shop-test-orders-rule-4", "rate(5 days)", '{"a":1}'],
        ["OrdersEventsRuleSchedule1", "rate(1 day)"],
        ["OrdersEventsRuleSchedule2", "cron(0 6 * * ? *)", '{"sku":"A-17"}'],
        ["OrdersEventsRuleSchedule3", "rate(2 hours)", '{"sku":"A-17"}'],
        ["OrdersSchedulerSchedule4", "rate(3 days)"],
      ].map(([name = "", expression, constant]) => ({
        ...{ name, expression, to: orders, input: constant === undefined ? {} : { constant } },
        of: name.includes("Scheduler") ? "scheduler" : "rule",
      })),
    });
    assert.deepEqual(
      functions.map(({ asynchronous }) => asynchronous),
      [
        {
          retries: 1,
          onFailure: { kind: "function", name: "charge" },
          onSuccess: { kind: "queue", name: "Queue" },
        },
        { retries: 2, deadLetter: { kind: "topic", name: "Paid" } },
      ],
    );
    assert.deepEqual(functions[1]?.layers, [join(folder, "layers/tools")]);
    assert.deepEqual(notices, [
      `${join(folder, "serverless.yml")}: \${ssm:/shop/key} is not resolved here. Set the variable that uses it with --env-file`,
    ]);
  });

  it("are those of the stacks in the output of cdk synth, without CDK's own", async () => {
    const lambda = (path: string, more: object) => ({
      Type: "AWS::Lambda::Function",
      Properties: { Runtime: "nodejs22.x", Handler: "index.handler", ...more },
      Metadata: { "aws:cdk:path": path },
    });
    write({
      "cdk.json": { app: "node app.js" },
      "cdk.out/manifest.json": {
        artifacts: {
          Shop: { type: "aws:cloudformation:stack", properties: { templateFile: "Shop.template.json" } },
          "assembly-Prod": { type: "cdk:cloud-assembly", properties: { directoryName: "assembly-Prod" } },
        },
      },
      "cdk.out/Shop.template.json": {
        Resources: {
          OrdersABC: {
            ...lambda("Shop/Orders/Resource", { Code: { S3Bucket: { "Fn::Sub": "b" }, S3Key: "1234.zip" } }),
            Metadata: { "aws:cdk:path": "Shop/Orders/Resource", "aws:asset:path": "asset.1234" },
          },
          PaymentDEF: lambda("Shop/Payment/Resource", {
            FunctionName: "pay",
            Code: { S3Key: "5678.zip" },
            Environment: { Variables: { ORDERS: { Ref: "OrdersABC" } } },
          }),
          ...Object.fromEntries(
            [
              "Custom::S3AutoDelete/Handler",
              "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a/Resource",
              "BucketNotificationsHandler050a0587b7544547bf325f094a3db834/Resource",
              "AWS679f53fac002430cb0da5b7982bd2287/Resource",
              "Tables/framework-isComplete/Resource",
            ].map((path) => [path, lambda(`Shop/${path}`, { Code: { S3Key: "5678.zip" } })]),
          ),
        },
      },
      "cdk.out/Shop.assets.json": { files: { 5678: { source: { path: "asset.5678" } } } },
      "cdk.out/asset.1234/index.js": "",
      "cdk.out/asset.5678/index.js": "",
      "cdk.out/assembly-Prod/manifest.json": { artifacts: {} },
    });
    const { kind, functions } = await find();
    assert.equal(kind, "cdk");
    assert.deepEqual(
      functions.map(({ name, aliases, code, environment }) => [name, aliases, code, environment]),
      [
        ["Orders", ["OrdersABC"], join(folder, "cdk.out/asset.1234"), {}],
        ["pay", ["PaymentDEF"], join(folder, "cdk.out/asset.5678"), { ORDERS: "Orders" }],
      ],
    );
    rmSync(join(folder, "cdk.out"), { recursive: true });
    await assert.rejects(find(), /cdk\.out has no manifest\.json: run `cdk synth` first/);
  });

  describe("of a Pulumi program", () => {
    const signature = "4dabf18193072939515e22adb298388d";
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const archive = { [signature]: "0def7320c3a5731c473e5ecbe6d01bc7" };
    const resource = (name: string, inputs: object, outputs = {}) => ({
      urn: `urn:pulumi:dev::shop::aws:lambda/function:Function::${name}`,
      type: "aws:lambda/function:Function",
      inputs: { runtime: "nodejs22.x", handler: "index.handler", ...inputs },
      outputs,
    });
    const state = {
      version: 3,
      deployment: {
        manifest: {},
        resources: [
          { type: "aws:s3/bucket:Bucket", urn: "x" },
          resource("orders", {
            name: "orders-1234",
            timeout: 20,
            code: { ...archive, path: "./function" },
            environment: {
              variables: {
                STAGE: "dev",
                KEY: { [signature]: "1b47061264138c4ac30d75fd1eb44270", ciphertext: "…" },
              },
            },
          }),
          resource(
            "inline",
            { code: { ...archive, assets: { "index.js": { text: "exports.handler = 1" } } } },
            { name: "inline-99" },
          ),
          resource("away", { s3Bucket: "b" }),
          {
            type: "aws:lambda/eventSourceMapping:EventSourceMapping",
            inputs: { eventSourceArn: "arn:aws:sqs:us-east-1:1:jobs-5", functionName: "orders-1234" },
          },
          {
            type: "aws:sns/topicSubscription:TopicSubscription",
            inputs: {
              topic: unknown,
              protocol: "lambda",
              endpoint: unknown,
              filterPolicy: '{"sku":["A-17"]}',
            },
            // Before a deployment, only the resources that a property comes from are known.
            propertyDependencies: {
              topic: ["urn:pulumi:dev::shop::aws:sns/topic:Topic::sold"],
              endpoint: ["urn:pulumi:dev::shop::aws:lambda/function:Function::orders"],
            },
          },
          {
            type: "aws:cloudwatch/eventRule:EventRule",
            urn: "urn:pulumi:dev::shop::aws:cloudwatch/eventRule:EventRule::paid",
            inputs: { eventPattern: '{"source":["shop"]}', name: "paid-77" },
          },
          {
            type: "aws:cloudwatch/eventTarget:EventTarget",
            inputs: { rule: "paid-77", arn: "arn:aws:lambda:us-east-1:1:function:orders-1234" },
          },
          {
            type: "aws:cloudwatch/eventRule:EventRule",
            urn: "urn:pulumi:dev::shop::aws:cloudwatch/eventRule:EventRule::nightly",
            inputs: { scheduleExpression: "rate(1 day)" },
          },
          {
            type: "aws:cloudwatch/eventTarget:EventTarget",
            inputs: { rule: unknown, arn: unknown },
            propertyDependencies: {
              rule: ["urn:pulumi:dev::shop::aws:cloudwatch/eventRule:EventRule::nightly"],
              arn: ["urn:pulumi:dev::shop::aws:lambda/function:Function::orders"],
            },
          },
          {
            type: "aws:scheduler/schedule:Schedule",
            urn: "urn:pulumi:dev::shop::aws:scheduler/schedule:Schedule::weekly",
            inputs: {
              scheduleExpression: "rate(7 days)",
              groupName: unknown,
              target: { arn: unknown, roleArn: unknown, input: '{"sku":"B"}' },
            },
            propertyDependencies: {
              groupName: ["urn:pulumi:dev::shop::aws:scheduler/scheduleGroup:ScheduleGroup::shop"],
              target: [
                "urn:pulumi:dev::shop::aws:iam/role:Role::scheduler",
                "urn:pulumi:dev::shop::aws:lambda/function:Function::orders",
              ],
            },
          },
          {
            type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            inputs: {
              functionName: "orders-1234",
              destinationConfig: { onFailure: { destination: "arn:aws:sqs:us-east-1:1:failed-9" } },
            },
          },
        ],
      },
    };

    it("are those of its stack's state; secrets stay out", async () => {
      write({ "function/index.js": "", "Pulumi.yaml": "name: shop" });
      const calls: string[] = [];
      const run = async (args: readonly string[]) => {
        calls.push(args.join(" "));
        return JSON.stringify(state);
      };
      const { functions, routes, notices } = await readPulumiProject(folder, run);
      assert.deepEqual(functions[0]?.queues, ["jobs-5"]);
      assert.deepEqual(routes, {
        subscriptions: [
          {
            topic: "sold",
            to: { kind: "function", name: "orders" },
            filter: { sku: ["A-17"] },
            filterScope: "MessageAttributes",
            raw: false,
          },
        ],
        rules: [
          {
            bus: "default",
            pattern: { source: ["shop"] },
            to: { kind: "function", name: "orders-1234" },
            input: {},
          },
        ],
        schedules: [
          {
            ...{ name: "nightly", expression: "rate(1 day)", of: "rule" },
            ...{ to: { kind: "function", name: "orders" }, input: {} },
          },
          {
            ...{ name: "weekly", group: "shop", expression: "rate(7 days)", of: "scheduler" },
            ...{ to: { kind: "function", name: "orders" }, input: { constant: '{"sku":"B"}' } },
          },
        ],
      });
      assert.deepEqual(functions[0]?.asynchronous, {
        retries: 2,
        onFailure: { kind: "queue", name: "failed-9" },
      });
      assert.deepEqual(calls, ["stack export"]);
      assert.deepEqual(
        functions.map(({ name, aliases, environment, timeoutSeconds }) => [
          name,
          aliases,
          environment,
          timeoutSeconds,
        ]),
        [
          ["orders-1234", ["orders"], { STAGE: "dev" }, 20],
          ["inline-99", ["inline"], {}, 3],
        ],
      );
      assert.equal(functions[0]?.code, join(folder, "function"));
      assert.equal(readFileSync(join(functions[1]?.code ?? "", "index.js"), "utf8"), "exports.handler = 1");
      assert.match(notices[0] ?? "", /^orders-1234: KEY is a secret .*--env-file$/);
      assert.match(notices[1] ?? "", /^away: its code is not on this machine/);
    });

    it("are those of its preview before the first deployment", async () => {
      write({ "function/index.js": "" });
      const steps = state.deployment.resources.map((newState) => ({ op: "create", newState }));
      const run = async ([command]: readonly string[]) =>
        JSON.stringify(command === "preview" ? { steps } : { deployment: { manifest: {} } });
      const { functions, source } = await readPulumiProject(folder, run);
      assert.equal(functions.length, 2);
      assert.match(source, /preview/);
    });

    it("are those of an exported state in a file", async () => {
      write({ "state.json": state, "function/index.js": "" });
      assert.equal((await find(join(folder, "state.json"))).kind, "pulumi");
    });
  });

  it("names the line where a template cannot be read", async () => {
    write({ "template.yaml": "Resources:\n  A: [\n" });
    await assert.rejects(find(), /template\.yaml: .*at line/);
  });

  it("reports an unknown kind of file", async () => {
    write({ "other.yaml": "a: 1" });
    await assert.rejects(
      find(join(folder, "other.yaml")),
      /is not a SAM or CloudFormation template with functions/,
    );
  });
});
