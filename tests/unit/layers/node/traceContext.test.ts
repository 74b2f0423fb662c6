import assert from "node:assert/strict";
import fc from "fast-check";
import { Baggage, formatBaggage, parseBaggage } from "../../../../layers/node/core/baggage";
import { carrierOf } from "../../../../layers/node/core/carrier";
import { samplerOf } from "../../../../layers/node/core/sampler";
import {
  contextFrom,
  formatTraceparent,
  isValidContext,
  parseTraceparent,
  parseTraceState,
} from "../../../../layers/node/core/traceContext";
import { formatXRay, parseXRay, storedParent } from "../../../../layers/node/core/xray";

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(..."0123456789abcdef"), { minLength: length, maxLength: length })
    .map((digits) => digits.join(""))
    .filter((digits) => !/^0+$/.test(digits));

const trace = "0af7651916cd43dd8448eb211c80319c";
const span = "b7ad6b7169203331";

describe("traceparent", () => {
  it("is read, and written as it was", () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, sampled) => {
        const header = `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
        const parsed = parseTraceparent(header);
        assert.ok(isValidContext(parsed));
        assert.equal(formatTraceparent(parsed), header);
      }),
    );
  });

  it("accepts a newer version with more fields, and surrounding spaces", () => {
    for (const header of [`cc-${trace}-${span}-01-more`, ` 00-${trace}-${span}-01 `]) {
      assert.deepEqual(parseTraceparent(header), {
        traceId: trace,
        spanId: span,
        traceFlags: 1,
        isRemote: true,
      });
    }
    assert.equal(parseTraceparent(`00-${trace}-${span}-03`)?.traceFlags, 1);
  });

  it("refuses invalid headers", () => {
    for (const header of [
      "",
      `ff-${trace}-${span}-01`,
      `00-${trace}-${span}-01-more`,
      `00-${trace.toUpperCase()}-${span}-01`,
      `00-${"0".repeat(32)}-${span}-01`,
      `00-${trace}-${"0".repeat(16)}-01`,
      `00-${trace}-${span}`,
      `00-${trace.slice(1)}-${span}-01`,
    ])
      assert.equal(parseTraceparent(header), undefined, header);
  });

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseTraceparent(text);
        parseTraceState(text).serialize();
        parseXRay(text);
        const baggage = parseBaggage(text);
        if (baggage) formatBaggage(baggage);
      }),
    );
  });
});

describe("tracestate", () => {
  it("keeps its entries in their order, the changed one first", () => {
    const state = parseTraceState("a=1, b=2,c=3,invalid");
    assert.equal(state.serialize(), "a=1,b=2,c=3");
    assert.equal(state.set("b", "9").serialize(), "b=9,a=1,c=3");
    assert.equal(state.unset("a").serialize(), "b=2,c=3");
    assert.equal(state.get("c"), "3");
    assert.equal(state.serialize(), "a=1,b=2,c=3", "it does not change itself");
  });
});

describe("a carrier", () => {
  const header = `00-${trace}-${span}-01`;
  for (const [title, fields] of Object.entries({
    "a header": { traceparent: header },
    "a header in another case": { TraceParent: header },
    "a multi-value header": { traceparent: [header] },
    "an attribute of SQS": { traceparent: { stringValue: header, dataType: "String" } },
    "a binary attribute of SQS": { traceparent: { binaryValue: Buffer.from(header).toString("base64") } },
    "an attribute of SNS": { traceparent: { Type: "String", Value: header } },
    "a binary attribute of SNS": {
      traceparent: { Type: "Binary", Value: Buffer.from(header).toString("base64") },
    },
    "bytes of Kafka": { traceparent: [...Buffer.from(header)] },
    "bytes of RabbitMQ": { traceparent: { bytes: [...Buffer.from(header)] } },
  })) {
    it(`reads ${title}`, () => assert.equal(contextFrom(carrierOf(fields))?.spanId, span));
  }

  it("reads nothing else, and never throws", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        carrierOf(value)("traceparent");
        contextFrom(carrierOf({ traceparent: value }));
      }),
    );
  });
});

describe("X-Ray's header", () => {
  const now = 1_795_953_600;
  const header = (time: number, rest = ";Parent=53995c3f42cd8ad8;Sampled=1") =>
    `Root=1-${time.toString(16).padStart(8, "0")}-bd862e3fe1be46a994272793${rest}`;
  const stored = (text: string) => {
    const parsed = parseXRay(text);
    assert.ok(parsed, text);
    return storedParent(parsed, now);
  };

  it("is read and written", () => {
    const parsed = parseXRay(
      "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a:0",
    );
    assert.deepEqual(parsed, {
      traceId: "5759e988bd862e3fe1be46a994272793",
      parentId: "53995c3f42cd8ad8",
      sampled: true,
    });
    const unusual = "Sampled=1; Parent=53995c3f42cd8ad8; Root=1-5759e988-bd862e3fe1be46a994272793; Self=1";
    assert.deepEqual(parseXRay(unusual), parsed);
    const context = {
      traceId: "5759e988bd862e3fe1be46a994272793",
      spanId: "53995c3f42cd8ad8",
      traceFlags: 1,
    };
    assert.equal(
      formatXRay(context),
      "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
    );
    for (const text of ["", "Root=1-2-3", "Parent=53995c3f42cd8ad8", `Root=1-00000000-${"0".repeat(24)}`])
      assert.equal(parseXRay(text), undefined, text);
  });

  it("has a stored parent only if somebody recorded it and X-Ray did not make the id", () => {
    assert.equal(stored(header(0x0000_0001)), "53995c3f42cd8ad8");
    assert.equal(stored(header(now - 31 * 86_400)), "53995c3f42cd8ad8");
    for (const own of [now, now + 5, now - 7 * 86_400]) assert.equal(stored(header(own)), undefined);
    for (const rest of [";Parent=53995c3f42cd8ad8;Sampled=0", ";Parent=53995c3f42cd8ad8", ";Sampled=1"])
      assert.equal(stored(header(1, rest)), undefined, rest);
  });
});

describe("baggage", () => {
  it("is read and written", () => {
    const baggage = parseBaggage("user=a%20b;ttl=1, tenant=blue ,bad,=x,%ZZ=1");
    assert.deepEqual(
      baggage?.getAllEntries().map(([key, { value }]) => [key, value]),
      [
        ["user", "a b"],
        ["tenant", "blue"],
      ],
    );
    assert.equal(baggage && formatBaggage(baggage), "user=a%20b;ttl=1,tenant=blue");
    assert.equal(parseBaggage(""), undefined);
  });

  it("does not change itself", () => {
    const baggage = new Baggage().setEntry("a", { value: "1" });
    baggage.removeEntry("a");
    baggage.clear();
    assert.equal(baggage.setEntry("b", { value: "2" }).getAllEntries().length, 2);
    assert.equal(baggage.getEntry("a")?.value, "1");
  });

  it("stays within W3C's 8,192 bytes", () => {
    let baggage = new Baggage();
    for (let n = 0; n < 100; n += 1) baggage = baggage.setEntry(`key${n}`, { value: "v".repeat(200) });
    assert.ok(formatBaggage(baggage).length <= 8192);
  });
});

describe("samplers", () => {
  const parent = (traceFlags: number) => ({ traceId: trace, spanId: span, traceFlags });

  it("follow the parent unless configured otherwise", () => {
    const cases: [string | undefined, string | undefined, boolean, boolean, boolean][] = [
      // name, argument, root, sampled parent, unsampled parent
      [undefined, undefined, true, true, false],
      ["always_on", undefined, true, true, true],
      ["always_off", undefined, false, false, false],
      ["traceidratio", "0", false, false, false],
      ["traceidratio", "1", true, true, true],
      ["traceidratio", "nonsense", true, true, true],
      ["parentbased_always_on", undefined, true, true, false],
      ["parentbased_always_off", undefined, false, true, false],
      ["PARENTBASED_TRACEIDRATIO", "0", false, true, false],
      ["unheard_of", undefined, true, true, false],
      ["constructor", undefined, true, true, false],
    ];
    for (const [name, argument, ...expected] of cases) {
      const sampler = samplerOf(name, argument);
      const decided = [sampler(trace, undefined), sampler(trace, parent(1)), sampler(trace, parent(0))];
      assert.deepEqual(decided, expected, String(name));
    }
  });

  it("keep about the share, and the same of them everywhere", () => {
    const [one, other] = [samplerOf("traceidratio", "0.25"), samplerOf("traceidratio", " 0.25 ")];
    let kept = 0;
    for (let n = 0; n < 4000; n += 1) {
      const id = ((BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n) & ((1n << 128n) - 1n))
        .toString(16)
        .padStart(32, "0");
      assert.equal(one(id, undefined), other(id, undefined));
      if (one(id, undefined)) kept += 1;
    }
    assert.ok(kept > 800 && kept < 1200, String(kept));
  });
});
