import assert from "node:assert/strict";
import fc from "fast-check";
import { originOf } from "../../../../layers/node/core/origin";
import { SpanKind } from "../../../../layers/node/core/spanData";
import { triggerOf, triggers } from "../../../../layers/node/core/triggers";
import { events, sqsBatch, traceparent } from "./events";

const now = 1_795_953_600;
const origin = (event: unknown, more: { clientContext?: unknown; xray?: string } = {}) =>
  originOf({
    trigger: triggerOf(event),
    event,
    clientContext: undefined,
    xray: undefined,
    now,
    mostLinks: 128,
    ...more,
  });

describe("triggers", () => {
  for (const [
    title,
    { trigger, event, name, kind, faas, attributes = {}, isChild = false },
  ] of Object.entries(events)) {
    it(`${title}: kind, name, attributes and parent`, () => {
      const found = triggerOf(event);
      assert.deepEqual([found.name, found.kind, found.faas], [trigger, SpanKind[kind], faas]);
      assert.equal(found.spanName?.(event), name ?? found.spanName?.(event));
      const said = found.attributes?.(event) ?? {};
      for (const [key, value] of Object.entries(attributes)) assert.deepEqual(said[key], value, key);
      assert.equal(origin(event).parent?.spanId, isChild ? "b7ad6b7169203331" : undefined);
    });
  }

  it("have names of their own", () => {
    const names = triggers.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });

  const survives = (event: unknown): void => {
    const trigger = triggerOf(event);
    trigger.spanName?.(event);
    trigger.attributes?.(event);
    trigger.status?.(event);
    for (const each of triggers) {
      each.matches(event);
      each.spanName?.(event);
      each.attributes?.(event);
      for (const { carrier } of each.messages?.(event) ?? []) carrier("traceparent");
      each.status?.(event);
    }
    origin(event, { clientContext: event });
  };

  it("survive any JSON", () => {
    fc.assert(fc.property(fc.jsonValue(), survives), { numRuns: 300 });
  });

  it("survive events with anything at any place", () => {
    /** The event with one of its values replaced. */
    const broken = (value: unknown, path: readonly number[], by: unknown): unknown => {
      const [first, ...rest] = path;
      if (first === undefined || typeof value !== "object" || value === null) return by;
      const keys = Object.keys(value);
      const key = keys[first % Math.max(1, keys.length)];
      if (key === undefined) return by;
      const inner = broken((value as Record<string, unknown>)[key], rest, by);
      return Array.isArray(value)
        ? value.map((item, index) => (String(index) === key ? inner : item))
        : { ...value, [key]: inner };
    };
    const cases = Object.values(events).map(({ event }) => event);
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }),
        fc.jsonValue(),
        (event, path, by) => survives(broken(event, path, by)),
      ),
      { numRuns: 2000 },
    );
  });
});

describe("the status code of a response", () => {
  const status = (title: string, response: unknown) => triggerOf(events[title]?.event).status?.(response);

  it("is read from it; format 2.0 without one means 200", () => {
    assert.equal(status("API Gateway, REST", { statusCode: 404 }), 404);
    assert.equal(status("a load balancer", { statusCode: "503" }), 503);
    assert.equal(status("API Gateway, HTTP", { message: "hello" }), 200);
    assert.equal(status("a function URL", "hello"), 200);
    assert.equal(status("a function URL", undefined), undefined);
    assert.equal(status("API Gateway, REST", {}), undefined);
    assert.equal(status("API Gateway, REST", { statusCode: 2000 }), undefined);
    assert.equal(status("SQS", { statusCode: 200 }), undefined);
  });
});

describe("the source of an invocation", () => {
  const xray = "Root=1-00000001-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
  const own = `Root=1-${now.toString(16)}-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`;

  it("is the client context's if the event has none, with its baggage", () => {
    const clientContext = { custom: { traceparent, baggage: "user=7" } };
    const found = origin({ order: 7 }, { clientContext, xray });
    assert.equal(found.parent?.spanId, "b7ad6b7169203331");
    assert.equal(found.baggage?.getEntry("user")?.value, "7");
    const other = traceparent.replace("b7ad", "c7ad");
    const both = { w3c: { traceparent: other }, custom: { traceparent } };
    assert.equal(
      origin({}, { clientContext: both }).parent?.spanId,
      "c7ad6b7169203331",
      "Lambda's own place",
    );
  });

  it("is X-Ray's if there is no W3C context: a stored parent, or only the trace", () => {
    assert.deepEqual(origin({}, { xray }), {
      parent: {
        traceId: "00000001bd862e3fe1be46a994272793",
        spanId: "53995c3f42cd8ad8",
        traceFlags: 1,
        isRemote: true,
      },
      links: [],
    });
    assert.deepEqual(origin({}, { xray: own }), {
      traceId: `${now.toString(16)}bd862e3fe1be46a994272793`,
      xrayParentId: "53995c3f42cd8ad8",
      links: [],
    });
    const message = {
      Records: [{ eventSource: "aws:sqs", body: "x", attributes: { AWSTraceHeader: xray } }],
    };
    assert.equal(origin(message, { xray: own }).parent?.spanId, "53995c3f42cd8ad8");
    assert.equal(origin(events.SQS?.event, { xray }).parent?.spanId, "b7ad6b7169203331", "W3C counts first");
    assert.deepEqual(origin({}), { links: [] });
  });

  it("of several messages is a link to each that has a context, and no parent", () => {
    const second = "00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01";
    const found = origin(sqsBatch([traceparent, undefined, second]));
    assert.equal(found.parent, undefined);
    assert.deepEqual(
      found.links.map(({ context, attributes }) => [context.spanId, attributes?.["messaging.message.id"]]),
      [
        ["b7ad6b7169203331", "m-0"],
        ["c7ad6b7169203331", "m-2"],
      ],
    );
    const many = sqsBatch(Array.from({ length: 500 }, () => traceparent));
    assert.equal(origin(many).links.length, 128);
  });
});
