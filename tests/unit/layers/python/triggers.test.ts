import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SpanKind } from "../../../../layers/node/core/spanData";
import { events, sqsBatch, traceparent } from "../node/events";
import { python, root } from "./tracedPython";

interface Ids {
  traceId: string;
  spanId: string;
  flags: number;
  state: string | null;
}

interface Reading {
  trigger: string;
  kind: number;
  faas: string;
  name: string | null;
  attributes: Record<string, unknown>;
  parent: Ids | null;
  traceId: string | null;
  xrayParentId: string | null;
  baggage: string | null;
  links: [Ids, Record<string, unknown>][];
  statuses: (number | null)[];
}

interface Case {
  event: unknown;
  client?: object[];
  xray?: string;
  responses?: unknown[];
}

const now = 1_795_953_600;
const xray = "Root=1-00000001-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
const own = `Root=1-${now.toString(16)}-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`;
const message = { Records: [{ eventSource: "aws:sqs", body: "x", attributes: { AWSTraceHeader: xray } }] };
const second = "00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01";
const w3c = { traceparent, tracestate: "a=1, ,b=2", baggage: "user=7" };
const responses = [
  { statusCode: 404 },
  { statusCode: "503" },
  { message: "hello" },
  "hello",
  null,
  { statusCode: 2000 },
];

/** In addition to the events of the layer for Node.js, whose tests are replayed here. */
const more = {
  client: { event: { order: 7 }, client: [w3c], xray },
  xray: { event: {}, xray },
  ownXray: { event: {}, xray: own },
  messageXray: { event: message, xray: own },
  w3cFirst: { event: events.SQS?.event, xray },
  nothing: { event: {} },
  batch: { event: sqsBatch([traceparent, undefined, second]) },
  large: { event: sqsBatch(Array.from({ length: 500 }, () => traceparent)) },
  invalid: { event: { traceparent: "00-00000000000000000000000000000000-b7ad6b7169203331-01" } },
  rest: { event: events["API Gateway, REST"]?.event, responses },
  url: { event: events["a function URL"]?.event, responses },
  queue: { event: events.SQS?.event, responses },
} satisfies Record<string, Case>;

describe("triggers, as the layer for Python reads them", () => {
  const read = new Map<string, Reading>();
  before(function () {
    if (!existsSync(python)) this.skip();
    const cases = { ...events, ...more };
    const input = JSON.stringify(Object.values(cases));
    const args = [join(__dirname, "readTriggers.py"), join(root, "layers", "python")];
    const env = { PYTHONDONTWRITEBYTECODE: "1" };
    const readings = JSON.parse(execFileSync(python, args, { input, encoding: "utf8", env })) as Reading[];
    for (const [index, title] of Object.keys(cases).entries()) read.set(title, readings[index] as Reading);
  });
  const of = (title: keyof typeof more): Reading => read.get(title) as Reading;

  for (const [title, { trigger, name, kind, faas, attributes = {}, isChild }] of Object.entries(events)) {
    it(`${title}: kind, name, attributes and parent`, () => {
      const found = read.get(title) as Reading;
      assert.deepEqual([found.trigger, found.kind, found.faas], [trigger, SpanKind[kind], faas]);
      if (name !== undefined) assert.equal(found.name, name);
      for (const [key, value] of Object.entries(attributes))
        assert.deepEqual(found.attributes[key], value, key);
      assert.equal(found.parent?.spanId, isChild ? "b7ad6b7169203331" : undefined);
    });
  }

  it("the client context counts if the event has none, with its state and baggage", () => {
    const { parent, baggage } = of("client");
    assert.deepEqual([parent?.spanId, parent?.state, baggage], ["b7ad6b7169203331", "a=1,b=2", "user=7"]);
  });

  it("X-Ray's is used if there is no W3C context: a stored parent, or only the trace", () => {
    const parent = {
      traceId: "00000001bd862e3fe1be46a994272793",
      spanId: "53995c3f42cd8ad8",
      flags: 1,
      state: null,
    };
    assert.deepEqual(of("xray").parent, parent);
    const { traceId, xrayParentId, parent: none } = of("ownXray");
    assert.deepEqual(
      [traceId, xrayParentId, none],
      [`${now.toString(16)}bd862e3fe1be46a994272793`, "53995c3f42cd8ad8", null],
    );
    assert.equal(of("messageXray").parent?.spanId, "53995c3f42cd8ad8");
    assert.equal(of("w3cFirst").parent?.spanId, "b7ad6b7169203331");
    for (const title of ["nothing", "invalid"] as const)
      assert.deepEqual([of(title).parent, of(title).traceId], [null, null], title);
  });

  it("several messages are links to each that has a context, and there is no parent", () => {
    assert.deepEqual(
      of("batch").links.map(([{ spanId }, attributes]) => [spanId, attributes["messaging.message.id"]]),
      [
        ["b7ad6b7169203331", "m-0"],
        ["c7ad6b7169203331", "m-2"],
      ],
    );
    assert.deepEqual([of("batch").parent, of("large").links.length], [null, 128]);
  });

  it("the status code is the response's; format 2.0 without one means 200", () => {
    assert.deepEqual(of("rest").statuses, [404, 503, null, null, null, null]);
    assert.deepEqual(of("url").statuses, [404, 503, 200, 200, null, null]);
    assert.deepEqual(of("queue").statuses, Array(responses.length).fill(null));
  });
});
