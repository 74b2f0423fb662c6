import assert from "node:assert/strict";
import fc from "fast-check";
import {
  parameterName,
  parseReference,
  parseReferences,
  referenceText,
} from "../../../../../provider/plan/telemetry/references";

const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:team/key-a1B2c3";
const parameter = "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/team/key:3";

const name = fc.stringMatching(/^[A-Za-z0-9/_+=.@-]{1,40}$/);
const arn = fc
  .tuple(
    fc.constantFrom("aws", "aws-cn", "aws-us-gov"),
    fc.constantFrom("eu-west-1", "cn-north-1"),
    name,
    fc.boolean(),
  )
  .map(([partition, region, resource, isSecret]) =>
    isSecret
      ? `arn:${partition}:secretsmanager:${region}:123456789012:secret:${resource}`
      : `arn:${partition}:ssm:${region}:123456789012:parameter/${resource}`,
  );
const key = fc.option(fc.stringMatching(/^[A-Za-z/0-9_]{1,10}$/), { nil: undefined });
const text = fc.string().filter((value) => !/[${}]/.test(value) && !value.trim().startsWith("secret://"));

describe("references to secrets", () => {
  it("name a parameter as Parameter Store does: a hierarchical one with the slash that its ARN leaves out", () => {
    assert.deepEqual(["team/key", "team/key:3", "key"].map(parameterName), [
      "/team/key",
      "/team/key:3",
      "key",
    ]);
  });

  it("are parsed", () => {
    assert.deepEqual(parseReference(`${secret}#token`), {
      service: "secretsmanager",
      arn: secret,
      partition: "aws",
      region: "eu-central-1",
      accountId: "123456789012",
      resourceName: "team/key-a1B2c3",
      jsonKey: "token",
    });
    assert.equal(parseReference(parameter)?.resourceName, "team/key:3");
    assert.equal(parseReference(parameter)?.jsonKey, undefined);
  });

  for (const wrong of [
    "",
    "a-key",
    `${secret}#`,
    "arn:aws:s3:::bucket",
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:",
    "arn:aws:ssm:eu-central-1:123456789012:secret:name",
    "arn:aws:secretsmanager:eu-central-1:123456789012:parameter/name",
    `${secret} `,
  ]) {
    it(`are not: ${JSON.stringify(wrong)}`, () => assert.equal(parseReference(wrong), undefined));
  }

  it("are found as a whole value and anywhere in one", () => {
    const arns = (value: string) => parseReferences(value).map((one) => one.arn);
    assert.deepEqual(arns(`secret://${secret}#a`), [secret]);
    assert.deepEqual(arns(`x=\${${secret}},y=\${${parameter}#k}`), [secret, parameter]);
    assert.deepEqual(arns("${HOME} ${arn:aws:s3:::bucket} plain"), []);
  });

  it("are found in any text, in order, with their keys", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, arn, key)), text, (parts, last) => {
        const references = parts.map(([, of, jsonKey]) => (jsonKey === undefined ? of : `${of}#${jsonKey}`));
        const value = parts.map(([before], i) => before + referenceText(references[i] ?? "")).join("") + last;
        const found = parseReferences(value).map((one) =>
          one.jsonKey === undefined ? one.arn : `${one.arn}#${one.jsonKey}`,
        );
        assert.deepEqual(found, references);
      }),
    );
  });

  it("never fail, whatever the text", () => {
    fc.assert(fc.property(fc.string(), (value) => Array.isArray(parseReferences(value))));
  });
});
