import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { keyService } from "../../../../../sandbox/aws/plugin/keyService";

describe("the key of stacks' secrets", () => {
  let server: Server;
  before(async () => {
    server = keyService().listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close());

  async function call(
    operation: string,
    body: string,
  ): Promise<{ status: number; answer: Record<string, string> }> {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      method: "POST",
      headers: { "x-amz-target": `TrentService.${operation}` },
      body,
    });
    return { status: response.status, answer: (await response.json()) as Record<string, string> };
  }

  it("decrypts what it encrypted, which is a different text each time", async () => {
    const Plaintext = Buffer.from("hush").toString("base64");
    const request = JSON.stringify({ KeyId: "state", Plaintext });
    const [first, second] = [await call("Encrypt", request), await call("Encrypt", request)];
    const { CiphertextBlob = "" } = first.answer;
    assert.notEqual(CiphertextBlob, second.answer.CiphertextBlob);
    assert.ok(!Buffer.from(CiphertextBlob, "base64").includes("hush"));
    const { answer } = await call("Decrypt", JSON.stringify({ KeyId: "state", CiphertextBlob }));
    assert.deepEqual(answer, { KeyId: "state", Plaintext });
  });

  it("rejects what it did not encrypt, invalid requests, and unknown calls", async () => {
    const foreign = JSON.stringify({ KeyId: "state", CiphertextBlob: Buffer.alloc(40).toString("base64") });
    assert.equal((await call("Decrypt", foreign)).status, 400);
    assert.equal((await call("Decrypt", "not JSON")).status, 400);
    assert.equal((await call("Sign", "{}")).status, 400);
  });
});
