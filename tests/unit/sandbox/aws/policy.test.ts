import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluate, matches, type PolicyDocument, type PolicyStatement } from "../../../../sandbox/aws/policy";

const secret = "arn:aws:secretsmanager:us-east-2:123456789012:secret:key-AbCdEf";

/** A policy of these statements. */
function policy(...Statement: PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement };
}

function decide(statement: Partial<PolicyStatement>, context?: Record<string, string | string[]>) {
  const complete: PolicyStatement = {
    Effect: "Allow",
    Action: "secretsmanager:GetSecretValue",
    Resource: "*",
    ...statement,
  };
  return evaluate([policy(complete)], { action: "secretsmanager:GetSecretValue", resource: secret, context });
}

describe("IAM identity policies", () => {
  it("deny what no statement allows", () => {
    assert.equal(evaluate([], { action: "s3:GetObject", resource: "*" }), "implicitlyDenied");
    assert.equal(decide({ Action: "s3:GetObject" }), "implicitlyDenied");
    assert.equal(decide({ Resource: secret.replace("key", "other") }), "implicitlyDenied");
  });

  it("allow by action and resource, single or in lists, with wildcards", () => {
    for (const Action of [
      "*",
      "secretsmanager:*",
      "secretsmanager:Get*",
      "SecretsManager:getsecretvalue",
      ["s3:*", "secretsmanager:G?tSecretValue"],
    ]) {
      assert.equal(decide({ Action }), "allowed", String(Action));
    }
    for (const Resource of [
      "*",
      secret,
      secret.replace("AbCdEf", "??????"),
      "arn:aws:secretsmanager:*:*:secret:key-*",
      ["x", secret],
    ]) {
      assert.equal(decide({ Resource }), "allowed", String(Resource));
    }
    assert.equal(decide({ Resource: secret.replace("AbCdEf", "?????") }), "implicitlyDenied");
    assert.equal(
      decide({ Resource: secret.toLowerCase() }),
      "implicitlyDenied",
      "resources are case-sensitive",
    );
  });

  it("turn NotAction and NotResource around", () => {
    assert.equal(decide({ Action: undefined, NotAction: "s3:*" }), "allowed");
    assert.equal(decide({ Action: undefined, NotAction: ["s3:*", "secretsmanager:*"] }), "implicitlyDenied");
    assert.equal(decide({ Resource: undefined, NotResource: "arn:aws:s3:::*" }), "allowed");
    assert.equal(
      decide({ Resource: undefined, NotResource: "arn:aws:secretsmanager:*" }),
      "implicitlyDenied",
    );
  });

  it("let an explicit deny win, wherever it stands", () => {
    const allow: PolicyStatement = { Effect: "Allow", Action: "*", Resource: "*" };
    const deny: PolicyStatement = {
      Effect: "Deny",
      Action: "logs:*",
      Resource: "arn:aws:logs:*:*:log-group:/aws/lambda/one:*",
    };
    const request = (name: string) => ({
      action: "logs:PutLogEvents",
      resource: `arn:aws:logs:us-east-2:123456789012:log-group:/aws/lambda/${name}:log-stream:2026/11/23/[$LATEST]ab`,
    });
    for (const policies of [
      [policy(allow, deny)],
      [policy(deny, allow)],
      [policy(allow), policy(deny)],
      [policy(deny), policy(allow)],
    ]) {
      assert.equal(evaluate(policies, request("one")), "explicitlyDenied");
      assert.equal(evaluate(policies, request("two")), "allowed");
    }
    assert.equal(
      evaluate([{ Statement: allow }], request("one")),
      "allowed",
      "one statement may stand alone",
    );
  });

  it("hold conditions: all operators, all keys, any value", () => {
    const context = {
      "aws:SourceAccount": "123456789012",
      "aws:SourceArn": "arn:aws:lambda:us-east-2:1:function:f",
      tag: "blue",
    };
    const cases: [PolicyStatement["Condition"], boolean][] = [
      [{ StringEquals: { "aws:sourceaccount": "123456789012" } }, true],
      [{ NumericLessThanEquals: { "aws:SourceAccount": "123456789012" } }, true],
      [{ NumericLessThanEquals: { "aws:SourceAccount": "99999" } }, false],
      [{ "ForAllValues:StringEquals": { tag: ["blue", "red"] } }, true],
      [{ "ForAllValues:StringEquals": { tag: "red" } }, false],
      [{ "ForAllValues:StringEquals": { absent: "red" } }, true],
      [{ StringEquals: { "aws:SourceAccount": ["1", "123456789012"] } }, true],
      [{ StringEquals: { "aws:SourceAccount": "12345678901*" } }, false],
      [{ StringEquals: { tag: "blue" }, StringLike: { tag: "red*" } }, false],
      [{ StringEquals: { tag: "blue", missing: "x" } }, false],
      [{ StringEqualsIfExists: { missing: "x" } }, true],
      [{ StringEqualsIfExists: { tag: "red" } }, false],
      [{ StringNotEquals: { tag: ["red", "green"] } }, true],
      [{ StringNotEquals: { tag: ["red", "blue"] } }, false],
      [{ StringNotEquals: { missing: "x" } }, true],
      [{ StringLike: { tag: "b*e" } }, true],
      [{ StringNotLike: { tag: "b*" } }, false],
      [{ ArnLike: { "aws:SourceArn": "arn:aws:lambda:*:*:function:*" } }, true],
      [{ ArnLike: { "aws:SourceArn": "arn:*:function:f" } }, false],
      [{ ArnNotLike: { "aws:SourceArn": "arn:aws:s3:*:*:*" } }, true],
      [{ Null: { missing: "true" } }, true],
      [{ Null: { tag: "true" } }, false],
      [{ Null: { tag: "false" } }, true],
    ];
    for (const [Condition, expected] of cases) {
      assert.equal(
        decide({ Condition }, context),
        expected ? "allowed" : "implicitlyDenied",
        JSON.stringify(Condition),
      );
    }
  });

  it("fill in policy variables, and match nothing when one is missing", () => {
    const Resource = "arn:aws:secretsmanager:*:${aws:PrincipalAccount}:secret:*";
    assert.equal(decide({ Resource }, { "aws:PrincipalAccount": "123456789012" }), "allowed");
    assert.equal(decide({ Resource }, { "aws:PrincipalAccount": "2" }), "implicitlyDenied");
    assert.equal(decide({ Resource }), "implicitlyDenied");
  });

  it("refuse to guess the meaning of an unknown operator", () => {
    assert.throws(
      () => decide({ Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }),
      /operator IpAddress is not known/,
    );
  });

  it("match every text with itself if it contains no wildcard, and with each way to wildcard it", () => {
    const text = fc
      .string({ unit: "binary-ascii", maxLength: 30 })
      .map((value) => value.replace(/[*?]/g, "."));
    fc.assert(
      fc.property(text, text, fc.nat(), (a, b, n) => {
        assert.ok(matches(a, a));
        assert.equal(matches(a, b), a === b);
        const [from, to] = [n % (a.length + 1), (n >> 8) % (a.length + 1)].sort((x, y) => x - y);
        assert.ok(matches(`${a.slice(0, from)}*${a.slice(to)}`, a));
        if (a !== "") assert.ok(matches(`${"?".repeat(a.length)}`, a));
        assert.ok(!matches(`${"?".repeat(a.length + 1)}`, a));
      }),
    );
  });

  it("never allow more by a further statement that denies, nor less by one that allows", () => {
    const part = fc.constantFrom("*", "a:*", "a:b", "a:c", "b:*");
    const statement = fc.record({
      Effect: fc.constantFrom("Allow" as const, "Deny" as const),
      Action: part,
      Resource: part,
    });
    const rank = { explicitlyDenied: 0, implicitlyDenied: 1, allowed: 2 };
    fc.assert(
      fc.property(
        fc.array(statement, { maxLength: 6 }),
        statement,
        part,
        part,
        (statements, added, action, resource) => {
          const request = { action, resource };
          const [without, withIt] = [[policy(...statements)], [policy(...statements), policy(added)]].map(
            (all) => rank[evaluate(all, request)],
          );
          assert.ok(without !== undefined && withIt !== undefined);
          assert.ok(added.Effect === "Deny" ? withIt <= without : withIt >= without || without === 0);
        },
      ),
    );
  });
});
