import assert from "node:assert/strict";
import { policyDocument } from "../../../../../sandbox/aws/plugin/services/policyDocument";

const read = (args: Record<string, unknown>) => JSON.parse(String(policyDocument(args).json));

describe("aws.iam.getPolicyDocument", () => {
  it("writes statements in the canonical form", () => {
    const document = read({
      statements: [
        {
          sid: "Read",
          actions: ["s3:GetObject", "s3:ListBucket"],
          resources: ["arn:aws:s3:::a/*"],
          conditions: [
            { test: "StringEquals", variable: "a", values: ["1", "2"] },
            { test: "StringEquals", variable: "b", values: ["3"] },
            { test: "Null", variable: "c", values: ["true"] },
          ],
        },
        {
          effect: "Deny",
          notActions: ["iam:*"],
          notResources: ["*"],
          principals: [{ type: "*", identifiers: ["*"] }],
        },
        {
          actions: ["sts:AssumeRole"],
          principals: [
            { type: "Service", identifiers: ["lambda.amazonaws.com"] },
            { type: "AWS", identifiers: ["1", "2"] },
          ],
        },
      ],
    });
    assert.deepEqual(document, {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Read",
          Effect: "Allow",
          Action: ["s3:GetObject", "s3:ListBucket"],
          Resource: "arn:aws:s3:::a/*",
          Condition: { StringEquals: { a: ["1", "2"], b: "3" }, Null: { c: "true" } },
        },
        { Effect: "Deny", NotAction: "iam:*", NotResource: "*", Principal: "*" },
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { Service: "lambda.amazonaws.com", AWS: ["1", "2"] },
        },
      ],
    });
  });

  it("begins with the source documents, and lets overrides of the same Sid win", () => {
    const json = (...Statement: object[]) => JSON.stringify({ Statement });
    const document = read({
      policyId: "id",
      sourcePolicyDocuments: [json({ Sid: "A", Effect: "Allow", Action: "a:1", Resource: "*" })],
      statements: [{ sid: "B", actions: ["b:1"], resources: ["*"] }],
      overridePolicyDocuments: [json({ Sid: "A", Effect: "Deny", Action: "a:2", Resource: "*" })],
    });
    assert.equal(document.Id, "id");
    assert.deepEqual(
      document.Statement.map(({ Sid, Action }: Record<string, string>) => [Sid, Action]),
      [
        ["B", "b:1"],
        ["A", "a:2"],
      ],
    );
  });
});
