import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { withOutputs } from "../../../provider/pulumi/markedValues";
import { runMocked } from "../mockedStack";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const asset = (text: string) => ({ [signature]: "c44067f5952c0a294b673a41bacd8c17", text });
const archive = (path: string) => ({ [signature]: "0def7320c3a5731c473e5ecbe6d01bc7", path });
const output = (value: unknown) => ({ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value });
const resource = (name: string) => ({
  [signature]: "5cf8f73096256a8f31e491e813e4eb8e",
  urn: `urn:pulumi:s::p::some:index:Thing::${name}`,
  id: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
});
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The result of a transform for properties sent by the engine, and what Pulumi then sends back. */
async function sentBack(sent: unknown): Promise<{ given: pulumi.Inputs; back: Record<string, unknown> }> {
  const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
  const { deserializeProperties } = require("@pulumi/pulumi/runtime/rpc");
  const { result } = await runMocked(
    async () => {
      const given = await withOutputs(deserializeProperties(Struct.fromJavaScript({ value: sent })));
      const { back } = await pulumi.runtime.serializeProperties("test", { back: given });
      // The mark of Pulumi's assets in its own process.
      const sentOnly = (key: string, value: unknown) => (key.startsWith("__pulumi") ? undefined : value);
      return { given, back: JSON.parse(JSON.stringify(back, sentOnly)) };
    },
    { preview: true },
  );
  return result;
}

describe("values that a transform gets after another one", () => {
  for (const [what, sent] of Object.entries({
    secret: secret("hush"),
    "secret map": secret({ variables: { A: "hush", B: "b" } }),
    "secret list": secret(["a", "hush"]),
    "unknown value": unknown,
    "list with an unknown value": ["a", unknown],
    "map with a list of maps with an unknown value": { a: [{ b: unknown, c: 1 }], d: null, e: true },
    asset: asset("exports.handler = 1"),
    archive: archive("./dir"),
    "secret archive": secret(archive("./dir")),
    "map with an archive": { code: archive("./dir"), others: [asset("a")] },
    "plain data": { a: [1, "b", { c: false }] },
  })) {
    it(`are outputs where the engine has marks, and come to the same: ${what}`, async () => {
      const { given, back } = await sentBack(sent);
      assert.deepEqual(back.value, sent);
      assertWithoutMarks(given.value);
    });
  }

  it("are known if the value that the output was created from is", async () => {
    const { given, back } = await sentBack(secret({ variables: { A: "hush" } }));
    assert.ok(pulumi.Output.isInstance(given.value));
    assert.deepEqual(back.value, secret({ variables: { A: "hush" } }));
    const { given: plain } = await sentBack({ variables: { A: unknown, B: "b" } });
    assert.equal(plain.value.variables.B, "b", "beside an unknown value");
  });

  it("are secret where a secret is the value of an output", async () => {
    assert.deepEqual((await sentBack(output({ a: secret("hush") }))).back.value, secret({ a: "hush" }));
    assert.deepEqual((await sentBack(output({ a: ["b"] }))).back.value, { a: ["b"] });
    assert.equal((await sentBack(output([unknown]))).back.value, unknown);
  });

  it("are unknown where a secret is not known", async () => {
    const { given, back } = await sentBack(secret(unknown));
    assert.ok(pulumi.Output.isInstance(given.value));
    // Newer versions of Pulumi also mark it as a secret.
    assert.equal(pulumi.runtime.unwrapRpcSecret(back.value), unknown);
  });

  it("are unknown where a resource is not known yet", async () => {
    assert.deepEqual((await sentBack([resource("a")])).back.value, [unknown]);
  });

  it("are the same objects if nothing needs to become an output", async () => {
    const own = pulumi.output({ a: "b" });
    const file = new pulumi.asset.FileAsset("./file");
    const kept = await withOutputs({ own, file });
    assert.equal(kept.own, own);
    assert.equal(kept.file, file);
  });
});

function assertWithoutMarks(value: unknown): void {
  if (pulumi.Output.isInstance(value) || typeof value !== "object" || value === null) return;
  assert.ok(!(signature in value), JSON.stringify(value));
  assert.ok(!("__pulumiUnknown" in value), "an unknown value");
  for (const inner of Object.values(value)) assertWithoutMarks(inner);
}
