import assert from "node:assert/strict";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { GetParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { clientOptions, type EmbeddedAws, startEmbeddedAws } from "../../../../sandbox/aws/embeddedAws";
import { startGate } from "../../../../sandbox/aws/gate";
import type { PolicyStatement } from "../../../../sandbox/aws/policy";
import type { AwsProxy } from "../../../../sandbox/aws/proxy";
import { region, trustPolicy } from "../../surroundings";

describe("the gate in front of the embedded AWS", () => {
  let aws: EmbeddedAws;
  let gate: AwsProxy;
  let one: string;
  let two: string;

  before(async () => {
    aws = await startEmbeddedAws();
    const iam = new IAMClient(clientOptions(aws, region));
    const made = await iam.send(
      new CreateRoleCommand({ RoleName: "gated", AssumeRolePolicyDocument: trustPolicy }),
    );
    gate = await startGate({ aws, roleArn: made.Role?.Arn ?? "" });
    const create = async (Name: string) => {
      const command = new CreateSecretCommand({ Name, SecretString: `value of ${Name}` });
      return (await new SecretsManagerClient(clientOptions(aws, region)).send(command)).ARN ?? "";
    };
    [one, two] = [await create("one"), await create("two")];
    const ssm = new SSMClient(clientOptions(aws, region));
    for (const Name of ["/app/a", "/app/b"])
      await ssm.send(new PutParameterCommand({ Name, Value: Name, Type: "SecureString" }));
  });
  after(async () => {
    await gate?.stop();
    await gate?.stop();
    await aws?.stop();
  });

  const gated = () => ({ ...clientOptions(aws, region), endpoint: gate.endpoint, maxAttempts: 1 });
  const secrets = () => new SecretsManagerClient(gated());
  const grant = async (...Statement: PolicyStatement[]) => {
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    const command = new PutRolePolicyCommand({ RoleName: "gated", PolicyName: "now", PolicyDocument });
    await new IAMClient(clientOptions(aws, region)).send(command);
  };
  const allow = (Action: string | string[], Resource: string | string[]): PolicyStatement => ({
    Effect: "Allow",
    Action,
    Resource,
  });

  it("lets a secret through by a policy on that secret alone, whatever the call names it by", async () => {
    await assert.rejects(secrets().send(new GetSecretValueCommand({ SecretId: one })), {
      name: "AccessDeniedException",
      message: new RegExp(
        `^User: arn:aws:sts::123456789012:assumed-role/gated/function is not authorized to perform: secretsmanager:GetSecretValue on resource: ${one} because no identity-based policy allows`,
      ),
    });
    await grant(allow("secretsmanager:GetSecretValue", one.replace(/.{6}$/, "??????")));
    for (const SecretId of [one, "one", one.slice(0, -7)]) {
      assert.equal(
        (await secrets().send(new GetSecretValueCommand({ SecretId }))).SecretString,
        "value of one",
      );
    }
    await assert.rejects(secrets().send(new GetSecretValueCommand({ SecretId: "two" })), {
      name: "AccessDeniedException",
    });
    await assert.rejects(secrets().send(new GetSecretValueCommand({ SecretId: "none" })), {
      name: "AccessDeniedException",
    });
  });

  it("wants both permissions for a batch, and answers of it what it may", async () => {
    const batch = () => secrets().send(new BatchGetSecretValueCommand({ SecretIdList: [one, two] }));
    await grant(allow("secretsmanager:GetSecretValue", [one, two]));
    await assert.rejects(batch(), {
      name: "AccessDeniedException",
      message: /BatchGetSecretValue on resource: \*/,
    });
    await grant(
      allow("secretsmanager:BatchGetSecretValue", "*"),
      allow("secretsmanager:GetSecretValue", two),
    );
    const some = await batch();
    assert.deepEqual(
      some.SecretValues?.map((value) => value.SecretString),
      ["value of two"],
    );
    assert.deepEqual(
      some.Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode]),
      [[one, "AccessDeniedException"]],
    );
    await grant(allow("secretsmanager:*", "*"));
    assert.equal((await batch()).SecretValues?.length, 2);
  });

  it("denies a call for several parameters when one of them is not allowed", async () => {
    const get = (...Names: string[]) =>
      new SSMClient(gated()).send(new GetParametersCommand({ Names, WithDecryption: true }));
    const arn = `arn:aws:ssm:${region}:123456789012:parameter/app/a`;
    await grant(allow("ssm:GetParameters", arn));
    assert.deepEqual(
      (await get("/app/a")).Parameters?.map(({ Value }) => Value),
      ["/app/a"],
    );
    assert.equal((await get(arn)).Parameters?.length, 1);
    await assert.rejects(get("/app/a", "/app/b"), {
      name: "AccessDeniedException",
      message: /parameter\/app\/b/,
    });
    await grant(allow("ssm:*", "*"), { Effect: "Deny", Action: "ssm:*", Resource: `${arn.slice(0, -1)}*` });
    await assert.rejects(get("/app/a"), { message: /with an explicit deny/ });
  });

  it("has no opinion on other services", async () => {
    assert.deepEqual((await new LambdaClient(gated()).send(new ListFunctionsCommand({}))).Functions, []);
  });
});
