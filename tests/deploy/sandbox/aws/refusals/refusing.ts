import assert from "node:assert/strict";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, type CreateFunctionRequest, LambdaClient } from "@aws-sdk/client-lambda";
import { zip } from "../../../../../layers/zip";
import { clientOptions, type EmbeddedAws, startEmbeddedAws } from "../../../../../sandbox/aws/embeddedAws";
import { allow, region, trustPolicy } from "../../../surroundings";

/** A role that exists from the beginning. */
export const roleArn = "arn:aws:iam::123456789012:role/somebody";
/** Codes of Lambda's refusals: by its own rules, and by the model of its API. */
export const invalid = "InvalidParameterValueException";
export const validation = "ValidationException";

/** A layer of another account, which need not exist. */
export function foreign(name: string, version = 1): string {
  return `arn:aws:lambda:${region}:418653438961:layer:${name}:${version}`;
}

/** An embedded AWS for the suite that calls this, with clients that do not retry. */
export function useRefusing() {
  const started = {} as { server: EmbeddedAws; lambda: LambdaClient; iam: IAMClient };
  const refusing = {
    role: (RoleName: string, AssumeRolePolicyDocument = trustPolicy) =>
      started.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument })),
    create: async (FunctionName: string, more: Partial<CreateFunctionRequest> = {}) =>
      started.lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Role: roleArn,
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Code: { ZipFile: await zipOf() },
          ...more,
        }),
      ),
  };
  before(async () => {
    started.server = await startEmbeddedAws();
    started.lambda = new LambdaClient({ ...clientOptions(started.server, region), maxAttempts: 1 });
    started.iam = new IAMClient({ ...clientOptions(started.server, region), maxAttempts: 1 });
    await refusing.role("somebody");
  });
  after(() => started.server?.stop());
  return Object.defineProperties(refusing as typeof refusing & typeof started, {
    server: { get: () => started.server },
    lambda: { get: () => started.lambda },
    iam: { get: () => started.iam },
  });
}

/** A refusal: AWS's code, and a pattern for its message. */
export function refused(call: Promise<unknown>, name: string, message: RegExp): Promise<void> {
  return assert.rejects(call, (error: Error) => {
    assert.equal(error.name, name, error.message);
    assert.match(error.message, message);
    return true;
  });
}

/** A policy of this length without white space. */
export function policyOf(characters: number): string {
  const rest = characters - allow("").replace(/\s/g, "").length;
  return JSON.stringify(JSON.parse(allow("s3:".padEnd(rest, "x"))), undefined, 8);
}

/** A zip whose directory gives its only file this unzipped size; it is never unzipped. */
export async function zipOf(bytes = 1): Promise<Buffer> {
  const archive = await zip([{ name: "index.js", content: Buffer.from("1"), mode: 0o644 }]);
  // The size is 24 bytes behind the directory entry's signature (APPNOTE.TXT 4.3.12).
  archive.writeUInt32LE(bytes, archive.indexOf("PK\x01\x02", "latin1") + 24);
  return archive;
}
