import assert from "node:assert/strict";
import type { Routes, Schedule } from "../../../dev/project/routes";
import { matchesPattern } from "../../../dev/run/pattern";
import { PlayedAws } from "../../../dev/run/playedAws";
import { Router } from "../../../dev/run/router";
import { inputOfTarget } from "../../../dev/run/targetInput";

describe("a pattern of events", () => {
  const event = {
    source: "shop",
    "detail-type": "order placed",
    resources: ["arn:a", "arn:b"],
    detail: { sku: "A-17", amount: 12, ip: "10.0.0.7", gift: null, lines: [{ sku: "B" }, { sku: "C" }] },
  };
  const detail = (pattern: object) => matchesPattern({ detail: pattern }, event);
  for (const [name, pattern] of Object.entries({
    "a value of a list": { sku: ["A-17", "B-1"] },
    "no value": { gift: [null] },
    prefix: { sku: [{ prefix: "A-" }] },
    "prefix of any case": { sku: [{ prefix: { "equals-ignore-case": "a-" } }] },
    suffix: { sku: [{ suffix: "17" }] },
    "equals-ignore-case": { sku: [{ "equals-ignore-case": "a-17" }] },
    wildcard: { sku: [{ wildcard: "A*7" }] },
    numeric: { amount: [{ numeric: [">", 10, "<=", 12] }] },
    cidr: { ip: [{ cidr: "10.0.0.0/24" }] },
    exists: { sku: [{ exists: true }], colour: [{ exists: false }] },
    "anything-but": { sku: [{ "anything-but": ["B-1"] }] },
    "anything-but with an operator": { sku: [{ "anything-but": { prefix: "B" } }] },
    "one of a list of objects": { lines: { sku: ["C"] } },
    $or: { $or: [{ sku: ["B-1"] }, { amount: [12] }] },
  }))
    it(`has ${name}`, () => assert.equal(detail(pattern), true));

  for (const [name, pattern] of Object.entries({
    "another value": { sku: ["B-1"] },
    "a number as text": { amount: ["12"] },
    "a value that is missing": { colour: ["red"] },
    "a number out of range": { amount: [{ numeric: [">", 12] }] },
    "an address of another network": { ip: [{ cidr: "10.0.1.0/24" }] },
    "one condition of several": { sku: ["A-17"], amount: [1] },
    "an operator that is not known": { sku: [{ soundex: "A" }] },
    "anything-but its own": { sku: [{ "anything-but": "A-17" }] },
  }))
    it(`has not ${name}`, () => assert.equal(detail(pattern), false));

  it("has one of several resources", () => {
    assert.equal(matchesPattern({ source: ["shop"], resources: ["arn:b"] }, event), true);
    assert.equal(matchesPattern({}, event), true);
  });

  it("passes the event, a part of it, a constant, or a template to a target", () => {
    assert.equal(inputOfTarget({}, event), event);
    assert.equal(inputOfTarget({ path: "$.detail.lines[1].sku" }, event), "C");
    assert.deepEqual(inputOfTarget({ constant: '{"a":1}' }, event), { a: 1 });
    const paths = { sku: "$.detail.sku", amount: "$.detail.amount" };
    assert.deepEqual(
      inputOfTarget(
        { transformer: { paths, template: '{"text":"<sku>!","sku":<sku>,"n":<amount>}' } },
        event,
      ),
      { text: "A-17!", sku: "A-17", n: 12 },
    );
    assert.equal(inputOfTarget({ transformer: { paths, template: "sold <amount>" } }, event), "sold 12");
  });
});

describe("a message that a function publishes", () => {
  const routes: Routes = {
    subscriptions: [
      {
        topic: "orders",
        to: { kind: "function", name: "mail" },
        filterScope: "MessageAttributes",
        raw: false,
      },
      {
        topic: "orders",
        to: { kind: "queue", name: "raw" },
        filter: { amount: [{ numeric: [">", 10] }] },
        filterScope: "MessageAttributes",
        raw: true,
      },
      {
        topic: "orders",
        to: { kind: "queue", name: "audit" },
        filter: { sku: ["A-17"] },
        filterScope: "MessageBody",
        raw: false,
      },
    ],
    rules: [
      { bus: "shop", pattern: { source: ["orders"] }, to: { kind: "function", name: "mail" }, input: {} },
      { bus: "shop", pattern: {}, to: { kind: "queue", name: "audit" }, input: { path: "$.detail" } },
    ],
    schedules: [],
  };
  let invoked: [string, unknown][];
  let sent: [string, { MessageBody?: string; MessageAttributes?: object }][];
  let notices: string[];
  let played: PlayedAws;
  let router: Router;
  beforeEach(() => {
    [invoked, sent, notices] = [[], [], []];
    router = new Router({
      invoke: async (name, event) => invoked.push([name, event]) > 0,
      send: async (queue, message) => sent.push([queue, message]) > 0,
    });
    router.routes = routes;
    const nobody = () => undefined;
    played = new PlayedAws({ invoke: nobody, invokeLater: nobody, deliver: nobody, router }, (notice) =>
      notices.push(notice),
    );
  });
  const call = async (headers: Record<string, string>, body: string) => {
    const answer = await played.answer({ method: "POST", path: "/", headers, body: Buffer.from(body) });
    return { status: answer.status, text: answer.body.toString() };
  };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const sns = (fields: Record<string, string>) =>
    call(
      form,
      `${new URLSearchParams({ Version: "2010-03-31", TopicArn: "arn:aws:sns:us-east-1:1:orders", ...fields })}`,
    );

  it("reaches the subscribers of a topic whose filters match", async () => {
    const attribute = (index: number, name: string, type: string, value: string) => ({
      [`MessageAttributes.entry.${index}.Name`]: name,
      [`MessageAttributes.entry.${index}.Value.DataType`]: type,
      [`MessageAttributes.entry.${index}.Value.StringValue`]: value,
    });
    const { status, text } = await sns({
      Action: "Publish",
      Message: '{"sku":"A-17"}',
      Subject: "order",
      ...attribute(1, "amount", "Number", "12"),
      ...attribute(2, "traceparent", "String", "00-a-b-01"),
    });
    assert.equal(status, 200);
    assert.match(text, /<PublishResult><MessageId>[0-9a-f-]{36}<\/MessageId>/);
    const [[name, event] = []] = invoked;
    assert.equal(name, "mail");
    const { EventSource, Sns } = (
      event as { Records: { EventSource: string; Sns: Record<string, unknown> }[] }
    ).Records[0] ?? { Sns: {} };
    assert.deepEqual([EventSource, Sns.Subject, Sns.Message], ["aws:sns", "order", '{"sku":"A-17"}']);
    assert.deepEqual(Sns.MessageAttributes, {
      amount: { Type: "Number", Value: "12" },
      traceparent: { Type: "String", Value: "00-a-b-01" },
    });
    const [raw, audit] = sent;
    assert.deepEqual([raw?.[0], raw?.[1].MessageBody], ["raw", '{"sku":"A-17"}']);
    assert.match(JSON.stringify(raw?.[1].MessageAttributes), /"StringValue":"00-a-b-01"/);
    const notification = JSON.parse(audit?.[1].MessageBody ?? "{}");
    assert.deepEqual(
      [audit?.[0], notification.Type, notification.Message],
      ["audit", "Notification", '{"sku":"A-17"}'],
    );
    assert.deepEqual(notices, []);
  });

  it("is rejected by filters, arrives in batches, with a message for each protocol", async () => {
    const entry = (index: number, name: string) => `PublishBatchRequestEntries.member.${index}.${name}`;
    const { text } = await sns({
      Action: "PublishBatch",
      [entry(1, "Id")]: "a",
      [entry(1, "Message")]: "<1>",
      [entry(2, "Id")]: "b",
      [entry(2, "Message")]: '{"default":"all","lambda":"functions"}',
      [entry(2, "MessageStructure")]: "json",
    });
    assert.match(text, /<Successful><member><Id>a<\/Id><MessageId>.*<member><Id>b<\/Id>/);
    assert.deepEqual(
      invoked.map(
        ([, event]) => (event as { Records: { Sns: { Message: string } }[] }).Records[0]?.Sns.Message,
      ),
      ["<1>", "functions"],
    );
    assert.deepEqual(sent, []);
    assert.match(
      (await sns({ Action: "CreateTopic" })).text,
      /emulates only Publish and PublishBatch of SNS, not CreateTopic/,
    );
  });

  const put = (...Entries: object[]) =>
    call({ "x-amz-target": "AWSEvents.PutEvents" }, JSON.stringify({ Entries }));
  it("reaches the targets of the rules whose pattern an event has", async () => {
    const order = { Source: "orders", DetailType: "placed", EventBusName: "shop" };
    const { text } = await put(
      { ...order, Detail: '{"sku":"A-17"}' },
      { ...order, Source: "other", Detail: "{}", EventBusName: "arn:aws:events:us-east-1:1:event-bus/shop" },
      { ...order, Detail: "{" },
    );
    const { FailedEntryCount, Entries } = JSON.parse(text);
    assert.deepEqual([FailedEntryCount, Entries[2].ErrorCode], [1, "MalformedDetail"]);
    assert.equal(invoked.length, 1);
    const event = invoked[0]?.[1] as Record<string, unknown>;
    assert.deepEqual(
      [event.source, event["detail-type"], event.detail],
      ["orders", "placed", { sku: "A-17" }],
    );
    assert.deepEqual(
      sent.map(([queue, { MessageBody }]) => [queue, MessageBody]),
      [
        ["audit", '{"sku":"A-17"}'],
        ["audit", "{}"],
      ],
    );
  });

  it("is reported once if it has no recipient", async () => {
    const nowhere = { Source: "orders", DetailType: "placed", Detail: "{}" };
    await put(nowhere, nowhere);
    await sns({ Action: "Publish", TopicArn: "arn:aws:sns:us-east-1:1:stock", Message: "" });
    assert.deepEqual(notices, [
      'no function of the project receives "placed" events of the bus default, or a filter rejects them',
      "no function of the project receives messages of the topic stock, or a filter rejects them",
    ]);
    assert.match(
      (await call({ "x-amz-target": "AWSEvents.PutRule" }, "{}")).text,
      /emulates only PutEvents of EventBridge, not PutRule/,
    );
  });

  it("is the event of a schedule that fires, or the schedule's own input", async () => {
    const fire = async (schedule: Partial<Schedule>) => {
      const to = { kind: "function", name: "mail" } as const;
      await router.fire({ name: "nightly", expression: "", of: "rule", to, input: {}, ...schedule });
      return invoked.at(-1)?.[1] as Record<string, unknown>;
    };
    const ofRule = await fire({});
    assert.deepEqual(
      [ofRule.source, ofRule["detail-type"], ofRule.detail, ofRule.resources],
      ["aws.events", "Scheduled Event", {}, ["arn:aws:events:us-east-1:123456789012:rule/nightly"]],
    );
    assert.deepEqual(await fire({ input: { constant: '{"a":1}' } }), { a: 1 });
    const ofScheduler = await fire({ of: "scheduler" });
    assert.deepEqual([ofScheduler.source, ofScheduler.detail], ["aws.scheduler", "{}"]);
    const constant = '{"a":"<aws.scheduler.schedule-arn>","n":<aws.scheduler.attempt-number>}';
    assert.deepEqual(await fire({ of: "scheduler", input: { constant } }), {
      ...{ a: "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly", n: 1 },
    });
    const { resources } = await fire({ of: "scheduler", group: "shop" });
    assert.deepEqual(resources, ["arn:aws:scheduler:us-east-1:123456789012:schedule/shop/nightly"]);
    await router.fire({
      ...{ name: "n", expression: "", of: "rule", input: { constant: "{}" } },
      to: { kind: "queue", name: "audit" },
    });
    assert.deepEqual(sent, [["audit", { MessageBody: "{}" }]]);
  });

  it("is the outcome of an invocation, as each destination has it", () => {
    const record = { responseContext: { functionError: "Unhandled" } };
    const message = { MessageBody: JSON.stringify(record) };
    assert.equal(router.forward({ kind: "function", name: "mail" }, message, "pay"), true);
    assert.deepEqual(invoked.pop(), ["mail", record]);
    assert.equal(router.forward({ kind: "queue", name: "failed" }, message, "pay"), true);
    assert.deepEqual(sent.pop(), ["failed", message]);
    // The topic has a subscriber without a filter, the bus a rule for everything.
    assert.equal(router.forward({ kind: "topic", name: "orders" }, message, "pay"), true);
    assert.match(JSON.stringify(invoked.pop()), /"Message":"{\\"responseContext/);
    assert.equal(router.forward({ kind: "bus", name: "shop" }, message, "pay"), true);
    assert.equal(sent.pop()?.[1].MessageBody, JSON.stringify(record));
    assert.equal(router.forward({ kind: "topic", name: "stock" }, message, "pay"), false);
  });
});
