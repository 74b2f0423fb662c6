import assert from "node:assert/strict";
import { awsSchema } from "../../../../../sandbox/aws/plugin/schema";
import { resourceTypes } from "../../../../../sandbox/aws/plugin/services";
import { invokes } from "../../../../../sandbox/aws/plugin/services/invokes";

describe("the embedded AWS's schema", () => {
  const parts = { version: "7.0.0", resources: resourceTypes.keys(), functions: invokes.keys() };
  const text = awsSchema(parts);
  const schema = JSON.parse(text);
  const lambdaFunction = schema.resources["aws:lambda/function:Function"];

  it("has the inputs of a resource with their types, and says which are required", () => {
    assert.deepEqual(lambdaFunction.requiredInputs, ["role"]);
    const { handler, timeout, publish, layers, code, tags, environment } = lambdaFunction.inputProperties;
    assert.deepEqual(
      [handler, timeout, publish],
      [{ type: "string" }, { type: "number" }, { type: "boolean" }],
    );
    assert.deepEqual(layers, { type: "array", items: { type: "string" } });
    assert.deepEqual(code, { $ref: "pulumi.json#/Archive" });
    assert.deepEqual(tags, { type: "object", additionalProperties: { type: "string" } });
    const type = schema.types[environment.$ref.replace("#/types/", "")];
    assert.deepEqual(Object.keys(type.properties), ["variables"]);
  });

  it("has the outputs of a resource, and which of them are secret", () => {
    assert.deepEqual(lambdaFunction.properties.invokeArn, { type: "string" });
    assert.ok(lambdaFunction.required.includes("arn"));
    assert.ok(!lambdaFunction.required.includes("handler"));
    const { secretString, arn } =
      schema.resources["aws:secretsmanager/secretVersion:SecretVersion"].properties;
    assert.deepEqual([secretString.secret, arn.secret], [true, undefined]);
  });

  it("accepts anything where several types are allowed", () => {
    const { assumeRolePolicy } = schema.resources["aws:iam/role:Role"].inputProperties;
    assert.deepEqual(assumeRolePolicy, { $ref: "pulumi.json#/Any" });
  });

  it("has functions with arguments and results, the provider's settings and Lambda's runtimes", () => {
    const { inputs, outputs } = schema.functions["aws:cloudwatch/getLogGroup:getLogGroup"];
    assert.deepEqual(inputs.required, ["name"]);
    assert.deepEqual(outputs.properties.retentionInDays, { type: "number" });
    assert.deepEqual(schema.provider.inputProperties.region, { type: "string" });
    const runtimes = schema.types["aws:lambda/Runtime:Runtime"].enum;
    assert.ok(runtimes.some(({ value }: { value: string }) => value === "python3.12"));
  });

  it("has every type that it refers to", () => {
    for (const [, token = ""] of text.matchAll(/"#\/types\/([^"]+)"/g)) assert.ok(schema.types[token], token);
  });

  it("refuses properties that the aws package lacks", () => {
    const unknown = { ...parts, resources: ["aws:lambda/function:Functions"] };
    assert.throws(
      () => awsSchema(unknown),
      /@pulumi\/aws\/lambda\/function\.d\.ts does not declare Functions/,
    );
  });
});
