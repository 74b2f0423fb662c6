import assert from "node:assert/strict";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { clientOptions, type EmbeddedAws } from "../../../../../sandbox/aws/embeddedAws";
import { region } from "../../../surroundings";
import { refused, useRefusing } from "./refusing";

describe("log groups, secrets and parameters that the embedded AWS refuses", () => {
  const aws = useRefusing();

  it("log groups that exist, of reserved or malformed names, or kept for odd times", async () => {
    const logs = new CloudWatchLogsClient({ ...clientOptions(aws.server, region), maxAttempts: 1 });
    const make = (logGroupName: string) => logs.send(new CreateLogGroupCommand({ logGroupName }));
    await make("/aws/lambda/billing");
    await refused(make("/aws/lambda/billing"), "ResourceAlreadyExistsException", /already exists/);
    await refused(make("aws/lambda/billing"), "InvalidParameterException", /reserved for AWS/);
    await refused(make("my logs"), "InvalidParameterException", /'logGroupName' .*pattern/);
    await refused(make("x".repeat(513)), "InvalidParameterException", /less than or equal to 512/);
    await refused(
      logs.send(new PutRetentionPolicyCommand({ logGroupName: "/aws/lambda/billing", retentionInDays: 15 })),
      "InvalidParameterException",
      /'15' at 'retentionInDays' .*\[1, 3, 5, 7, 14, 30/,
    );
  });

  it("secrets that exist, whose name is still in use, or with invalid names", async () => {
    const secrets = new SecretsManagerClient({ ...clientOptions(aws.server, region), maxAttempts: 1 });
    const make = (Name: string) => secrets.send(new CreateSecretCommand({ Name }));
    await make("key");
    await refused(make("key"), "ResourceExistsException", /the secret key already exists/);
    await refused(make("my key"), "ValidationException", /Invalid name/);
    await refused(make("x".repeat(513)), "ValidationException", /less than or equal to 512/);
    await secrets.send(new DeleteSecretCommand({ SecretId: "key", RecoveryWindowInDays: 7 }));
    await refused(make("key"), "InvalidRequestException", /already scheduled for deletion/);
    await refused(
      secrets.send(new DeleteSecretCommand({ SecretId: "other", RecoveryWindowInDays: 3 })),
      "InvalidParameterException",
      /between 7 and 30 days/,
    );
  });

  it("values for secrets whose key is not for use", async () => {
    const secrets = new SecretsManagerClient({ ...clientOptions(aws.server, region), maxAttempts: 1 });
    const { KeyMetadata: key } = await kms(aws.server, "CreateKey", {});
    const KmsKeyId: string = key.KeyId;
    await secrets.send(new CreateSecretCommand({ Name: "locked", KmsKeyId, SecretString: "one" }));
    await kms(aws.server, "DisableKey", { KeyId: KmsKeyId });
    const failure = /Check that the KMS key is available, enabled/;
    await refused(
      secrets.send(new PutSecretValueCommand({ SecretId: "locked", SecretString: "two" })),
      "EncryptionFailure",
      failure,
    );
    await refused(
      secrets.send(new CreateSecretCommand({ Name: "locked-too", KmsKeyId, SecretString: "x" })),
      "EncryptionFailure",
      failure,
    );
  });

  it("parameters that exist, are too large or of no type", async () => {
    const ssm = new SSMClient({ ...clientOptions(aws.server, region), maxAttempts: 1 });
    const put = (Name: string, Value: string, more: object = {}) =>
      ssm.send(new PutParameterCommand({ Name, Value, Type: "String", ...more }));
    await put("/shop/name", "x".repeat(4096));
    await refused(put("/shop/name", "y"), "ParameterAlreadyExists", /already exists/);
    const large = /maximum parameter value of 4096 characters/;
    await refused(put("/shop/large", "x".repeat(4097)), "ValidationException", large);
    await put("/shop/large", "x".repeat(8192), { Tier: "Advanced" });
    await refused(put("/shop/odd", "x", { Type: "Text" }), "ValidationException", /enum value set/);
  });
});

/** Calls KMS, for which no SDK client is installed here. */
async function kms(aws: EmbeddedAws, operation: string, body: object) {
  const response = await fetch(aws.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `TrentService.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=embedded/20260101/${region}/kms/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, text);
  return text ? JSON.parse(text) : undefined;
}
