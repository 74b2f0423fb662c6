import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";

const algorithm = "aes-256-gcm";
const [nonceBytes, tagBytes] = [12, 16];

/**
 * The two calls of KMS by which Pulumi keeps the key of a stack's secrets (`--secrets-provider awskms://…`), with one
 * key that exists only in this process. With a passphrase, each start of Pulumi's CLI would spend half of its CPU time
 * on deriving a key from it. moto's KMS is not used: its server closes each connection, which Go's client sometimes
 * treats as a failure.
 */
export function keyService(): Server {
  const key = randomBytes(32);
  return createServer(async (request, response) => {
    const operation = request.headers["x-amz-target"] as keyof typeof answers;
    const answer = await text(request)
      .then((body) => answers[operation]?.(key, JSON.parse(body)))
      .catch(() => undefined);
    response.writeHead(answer ? 200 : 400, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(answer ?? { __type: "InvalidCiphertextException" }));
  });
}

const answers = {
  "TrentService.Encrypt": (key: Buffer, { KeyId, Plaintext }: { KeyId: string; Plaintext: string }) => {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce);
    const content = [cipher.update(Plaintext, "base64"), cipher.final()];
    const CiphertextBlob = Buffer.concat([nonce, ...content, cipher.getAuthTag()]).toString("base64");
    return { KeyId, CiphertextBlob };
  },
  "TrentService.Decrypt": (key: Buffer, asked: { KeyId: string; CiphertextBlob: string }) => {
    const blob = Buffer.from(asked.CiphertextBlob, "base64");
    const decipher = createDecipheriv(algorithm, key, blob.subarray(0, nonceBytes));
    decipher.setAuthTag(blob.subarray(-tagBytes));
    const content = [decipher.update(blob.subarray(nonceBytes, -tagBytes)), decipher.final()];
    return { KeyId: asked.KeyId, Plaintext: Buffer.concat(content).toString("base64") };
  },
};
