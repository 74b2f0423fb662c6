import assert from "node:assert/strict";
import {
  deadLetterStatement,
  denyLogsStatement,
  logGroupArn,
  parseRoleArn,
  secretStatements,
} from "../../../../../provider/plan/policies/statements";
import { parseReferences } from "../../../../../provider/plan/telemetry/references";
import { isAllowed } from "../../../../../sandbox/aws/policy";

const secret = (name: string, region = "eu-west-1") =>
  `arn:aws:secretsmanager:${region}:123456789012:secret:${name}`;
const statements = (...arns: string[]) =>
  secretStatements(arns.flatMap((arn) => parseReferences(`\${${arn}}`)));

describe("policies", () => {
  it("of one secret: GetSecretValue only on its full ARN", () => {
    assert.deepEqual(statements(secret("key-a1B2c3"), `${secret("key-a1B2c3")}#field`), [
      {
        Sid: "ReadSecrets",
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue"],
        Resource: [secret("key-a1B2c3")],
      },
    ]);
  });

  it("of a secret by name: with the random suffix that AWS appends", () => {
    assert.deepEqual(statements(secret("key"))[0]?.Resource, [secret("key-??????")]);
    // Could be a name or a full ARN.
    const policy = { Statement: statements(secret("prod-secret")) };
    const readable = (name: string) =>
      isAllowed([policy], { action: "secretsmanager:GetSecretValue", resource: secret(name) });
    assert.ok(readable("prod-secret"));
    assert.ok(readable("prod-secret-a1B2c3"));
    assert.ok(!readable("prod-secrets-a1B2c3"));
  });

  it("of several secrets of a region: the batch as well, on which AWS knows only *", () => {
    const [each, together] = statements(secret("a-a1B2c3"), secret("b-a1B2c3"));
    assert.deepEqual(each?.Resource, [secret("a-a1B2c3"), secret("b-a1B2c3")]);
    assert.deepEqual(together?.Action, ["secretsmanager:BatchGetSecretValue"]);
    assert.deepEqual(together?.Resource, ["*"]);
    assert.equal(statements(secret("a-a1B2c3"), secret("b-a1B2c3", "eu-west-3")).length, 1);
  });

  it("of parameters: GetParameters on each, without the version that a reference names", () => {
    const parameter = "arn:aws:ssm:eu-west-1:123456789012:parameter/team/key";
    assert.deepEqual(statements(`${parameter}:3`, parameter), [
      { Sid: "ReadParameters", Effect: "Allow", Action: ["ssm:GetParameters"], Resource: [parameter] },
    ]);
  });

  it("of secrets under a key: decryption only through their services", () => {
    const key = "arn:aws:kms:eu-west-1:123456789012:key/0a1b";
    const references = parseReferences(
      `\${${secret("key-a1B2c3")}} \${arn:aws:ssm:eu-west-3:123456789012:parameter/x}`,
    );
    const policy = { Statement: secretStatements(references, [key, key]) };
    const may = (service: string, resource = key) =>
      isAllowed([policy], { action: "kms:Decrypt", resource, context: { "kms:ViaService": service } });
    assert.ok(may("secretsmanager.eu-west-1.amazonaws.com"));
    assert.ok(may("ssm.eu-west-3.amazonaws.com"));
    assert.ok(!may("s3.eu-west-1.amazonaws.com"));
    assert.ok(!may("secretsmanager.eu-west-1.amazonaws.com", `${key}x`));
    assert.ok(!isAllowed([policy], { action: "kms:Decrypt", resource: key }));
    assert.deepEqual(secretStatements([], [key]), []);
    const chinese = secret("key-a1B2c3", "cn-north-1").replace("aws", "aws-cn");
    const [, decrypt] = secretStatements(parseReferences(`\${${chinese}}`), [key]);
    assert.deepEqual(decrypt?.Condition?.StringEquals?.["kms:ViaService"], [
      "secretsmanager.cn-north-1.amazonaws.com.cn",
    ]);
  });

  it("of nothing: none", () => assert.deepEqual(statements(), []));

  it("against logs: this log group and its streams, not those of a function whose name begins alike", () => {
    const role = parseRoleArn("arn:aws:iam::123456789012:role/x");
    assert.ok(role);
    const group = (name: string) => logGroupArn(role, "eu-west-1", `/aws/lambda/${name}`);
    const all = { Sid: "All", Effect: "Allow" as const, Action: ["logs:*"], Resource: ["*"] };
    const policy = { Statement: [all, denyLogsStatement(group("orders"))] };
    const may = (action: string, resource: string) => isAllowed([policy], { action, resource });
    assert.ok(!may("logs:CreateLogGroup", group("orders")));
    assert.ok(!may("logs:CreateLogStream", `${group("orders")}:*`));
    assert.ok(!may("logs:PutLogEvents", `${group("orders")}:log-stream:2026/11/23/[$LATEST]a`));
    assert.ok(may("logs:PutLogEvents", `${group("orders-2")}:log-stream:x`));
    assert.ok(may("logs:DescribeLogStreams", group("orders")));
  });

  it("for dead letters: queue or topic", () => {
    const action = (arn: string) => deadLetterStatement(arn).Action[0];
    assert.equal(action("arn:aws:sqs:eu-west-1:123456789012:q"), "sqs:SendMessage");
    assert.equal(action("arn:aws:sns:eu-west-1:123456789012:t"), "sns:Publish");
  });

  it("know a role by its ARN, with or without path", () => {
    assert.deepEqual(parseRoleArn("arn:aws-cn:iam::123456789012:role/service/team/x"), {
      partition: "aws-cn",
      accountId: "123456789012",
      roleName: "x",
    });
    for (const wrong of ["x", "arn:aws:iam::123456789012:user/x", "arn:aws:iam::12:role/x"]) {
      assert.equal(parseRoleArn(wrong), undefined);
    }
  });
});
