import assert from "node:assert/strict";
import {
  parseSubscription,
  SubscriptionError,
} from "../../../../../../sandbox/lambda/apis/telemetry/subscription";

const valid = {
  schemaVersion: "2025-01-29",
  types: ["platform", "function", "platform"],
  destination: { protocol: "HTTP", URI: "http://sandbox.localdomain:4243/telemetry?a=b" },
};
const parse = (value: unknown) => parseSubscription(JSON.stringify(value));

describe("telemetry subscription", () => {
  it("fills in Lambda's defaults", () => {
    assert.deepEqual(parse(valid), {
      schemaVersion: "2025-01-29",
      types: ["platform", "function"],
      maxItems: 1_000,
      maxBytes: 262_144,
      timeoutMs: 1_000,
      destination: { protocol: "HTTP", port: 4243, path: "/telemetry?a=b" },
    });
  });

  it("takes the limits themselves, every schema version, every host name and TCP", () => {
    for (const buffering of [
      { maxItems: 1_000, maxBytes: 262_144, timeoutMs: 25 },
      { maxItems: 10_000, maxBytes: 1_048_576, timeoutMs: 30_000 },
    ]) {
      const { maxItems, maxBytes, timeoutMs } = parse({ ...valid, buffering });
      assert.deepEqual({ maxItems, maxBytes, timeoutMs }, buffering);
    }
    for (const schemaVersion of ["2022-07-01", "2022-12-13"]) {
      assert.equal(parse({ ...valid, schemaVersion }).schemaVersion, schemaVersion);
    }
    for (const host of ["sandbox", "sandbox.local", "sandbox.localdomain"]) {
      const destination = { protocol: "HTTP", URI: `http://${host}` };
      assert.equal(parse({ ...valid, destination }).destination.port, 80);
    }
    const tcp = { protocol: "TCP", port: 9999 };
    assert.deepEqual(parse({ ...valid, destination: tcp }).destination, tcp);
  });

  const refused: [string, unknown, RegExp][] = [
    ["no object", [], /not a JSON object/],
    ["an unknown schema version", { ...valid, schemaVersion: "2030-01-01" }, /schemaVersion: "2030-01-01"/],
    ["no types", { ...valid, types: [] }, /types/],
    ["an unknown type", { ...valid, types: ["logs"] }, /types: "logs"/],
    ["too few items", { ...valid, buffering: { maxItems: 999 } }, /buffering\.maxItems: 999/],
    ["too many items", { ...valid, buffering: { maxItems: 10_001 } }, /buffering\.maxItems/],
    ["too few bytes", { ...valid, buffering: { maxBytes: 262_143 } }, /buffering\.maxBytes/],
    ["too many bytes", { ...valid, buffering: { maxBytes: 1_048_577 } }, /buffering\.maxBytes/],
    ["too short a time", { ...valid, buffering: { timeoutMs: 24 } }, /buffering\.timeoutMs/],
    ["too long a time", { ...valid, buffering: { timeoutMs: 30_001 } }, /buffering\.timeoutMs/],
    ["a fraction", { ...valid, buffering: { timeoutMs: 25.5 } }, /buffering\.timeoutMs/],
    ["no destination", { ...valid, destination: undefined }, /destination/],
    ["an unknown protocol", { ...valid, destination: { protocol: "UDP" } }, /destination\.protocol: "UDP"/],
    ["no URI", { ...valid, destination: { protocol: "HTTP" } }, /destination\.URI/],
    [
      "another host",
      { ...valid, destination: { protocol: "HTTP", URI: "http://a.b:1" } },
      /destination\.URI/,
    ],
    ["https", { ...valid, destination: { protocol: "HTTP", URI: "https://sandbox:1" } }, /destination\.URI/],
    ["no TCP port", { ...valid, destination: { protocol: "TCP", port: "1" } }, /destination\.port/],
  ];
  for (const [what, value, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parse(value),
        (error) => error instanceof SubscriptionError && message.test(error.message),
      );
    });
  }

  it("rejects what is not JSON", () => {
    assert.throws(() => parseSubscription("{"), SubscriptionError);
  });
});
