import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CloudWatchLogsClient, DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetRolePolicyCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import {
  GetFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListLayersCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { DescribeParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { OutputMap, Stack } from "@pulumi/pulumi/automation";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { changes, region, useSurroundings } from "../../surroundings";
import { type EveryResourceSettings, everyResource } from "./everyResource";

describe("every resource type of the embedded AWS", () => {
  const surroundings = useSurroundings();
  const settings: EveryResourceSettings = {
    revision: 1,
    code: "exports.handler = 1",
    secret: "first",
    token: "hush",
  };
  let stack: Stack;
  let outputs: OutputMap;
  const lambda = () => new LambdaClient(clientOptions(surroundings.aws, region));
  const output = (name: string): string => outputs[name]?.value;

  before(async () => {
    stack = await surroundings.stack({ program: () => everyResource(settings) });
  });

  it("previews all of them without making any", async () => {
    assert.deepEqual((await stack.preview()).changeSummary, { create: 19 });
    assert.deepEqual((await lambda().send(new ListFunctionsCommand({}))).Functions, []);
  });

  it("creates them, with the outputs of the real provider", async () => {
    const up = await stack.up();
    outputs = up.outputs;
    assert.deepEqual(changes(up), { create: 19 });
    const arn = `arn:aws:lambda:${region}:123456789012`;
    const name = output("functionName");
    assert.match(name, /^function-[0-9a-f]{7}$/);
    assert.equal(output("qualifiedArn"), `${arn}:function:${name}:1`);
    assert.equal(
      output("invokeArn"),
      `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}:function:${name}/invocations`,
    );
    assert.equal(output("layerArn"), `${arn}:layer:every:1`);
    assert.match(output("layerHash"), /^[A-Za-z0-9+/]{43}=$/);
    assert.match(output("aliasArn"), new RegExp(`:function:${name}:alias-[0-9a-f]{7}$`));
    assert.match(output("url"), /^https:.*\.lambda-url\.us-east-2\.on\.aws/);
    assert.equal(output("logGroupArn"), `arn:aws:logs:${region}:123456789012:log-group:/aws/lambda/${name}`);
    assert.deepEqual(outputs.tagsAll?.value, { revision: "1" });
  });

  it("keeps secrets secret, in outputs and in state", async () => {
    for (const name of ["environment", "secretString", "parameterValue"]) {
      assert.equal(outputs[name]?.secret, true, `output ${name}`);
    }
    // As stored in the backend: an export would decrypt it.
    const backend = fileURLToPath(surroundings.engine.environment.PULUMI_BACKEND_URL ?? "");
    const state = await readFile(join(backend, ".pulumi/stacks/embedded-aws", `${stack.name}.json`), "utf8");
    assert.match(state, /ciphertext/);
    assert.ok(
      !state.includes('"first"') && !state.includes("hush"),
      "the state holds a secret in plain text",
    );
  });

  it("finds nothing to do in a second update and in a refresh", async () => {
    assert.deepEqual(changes(await stack.up()), {});
    assert.deepEqual(changes(await stack.refresh()), {});
  });

  it("updates in place what can change, and AWS has it", async () => {
    settings.revision = 2;
    const preview = await stack.preview();
    assert.deepEqual(preview.changeSummary, { update: 12, same: 7 });
    const up = await stack.up();
    assert.deepEqual(changes(up), { update: 12 });
    assert.equal(up.outputs.functionName?.value, output("functionName"));
    assert.match(up.outputs.qualifiedArn?.value, /:2$/);
    const found = await lambda().send(new GetFunctionCommand({ FunctionName: output("functionName") }));
    assert.equal(found.Configuration?.Timeout, 12);
    assert.equal(found.Configuration?.MemorySize, 130);
    assert.deepEqual(found.Configuration?.Environment?.Variables, { REVISION: "2", TOKEN: "hush" });
    assert.equal(found.Configuration?.LoggingConfig?.ApplicationLogLevel, "DEBUG");
    assert.deepEqual(found.Tags, { revision: "2" });
    const iam = new IAMClient(clientOptions(surroundings.aws, region));
    const RoleName = found.Configuration?.Role?.split("/").pop();
    const inline = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: "inline" }));
    assert.match(decodeURIComponent(inline.PolicyDocument ?? ""), /s3:Get2/);
    assert.deepEqual(changes(await stack.up()), {});
    assert.deepEqual(changes(await stack.refresh()), {});
  });

  it("replaces layer versions and secret versions, whose contents never change", async () => {
    settings.code = "exports.handler = 2";
    settings.secret = "second";
    const up = await stack.up();
    // The function gets the new code and layer, the alias its new version, the parameter the new value.
    assert.deepEqual(changes(up), { replace: 3, update: 3 });
    assert.match(up.outputs.layerArn?.value, /:layer:every:2$/);
    const found = await lambda().send(new GetFunctionCommand({ FunctionName: output("functionName") }));
    assert.equal(found.Configuration?.Layers?.[0]?.Arn, up.outputs.layerArn?.value);
    const secrets = new SecretsManagerClient(clientOptions(surroundings.aws, region));
    const value = await secrets.send(new GetSecretValueCommand({ SecretId: output("secretArn") }));
    assert.equal(value.SecretString, "second");
    assert.deepEqual(changes(await stack.refresh()), {});
  });

  it("detects manual drift in a refresh, and the next update reverts it", async () => {
    const FunctionName = output("functionName");
    const Environment = { Variables: { REVISION: "by hand" } };
    await lambda().send(
      new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 60, Layers: [], Environment }),
    );
    assert.deepEqual(changes(await stack.refresh()), { update: 1 });
    assert.deepEqual(
      changes(await stack.up()),
      { update: 2 },
      "the function, and the alias to its new version",
    );
    const found = await lambda().send(new GetFunctionCommand({ FunctionName }));
    assert.equal(found.Configuration?.Timeout, 12);
    assert.equal(found.Configuration?.Layers?.length, 1);
    assert.deepEqual(found.Configuration?.Environment?.Variables, { REVISION: "2", TOKEN: "hush" });
  });

  it("detects a deleted resource, and the next update creates it again", async () => {
    const logs = new CloudWatchLogsClient(clientOptions(surroundings.aws, region));
    await logs.send(new DeleteLogGroupCommand({ logGroupName: `/aws/lambda/${output("functionName")}` }));
    assert.deepEqual(changes(await stack.refresh()), { delete: 1 });
    assert.deepEqual(changes(await stack.up()), { create: 1 });
  });

  it("destroys all of them", async () => {
    await stack.destroy();
    const options = clientOptions(surroundings.aws, region);
    assert.deepEqual((await lambda().send(new ListFunctionsCommand({}))).Functions, []);
    assert.deepEqual((await lambda().send(new ListLayersCommand({}))).Layers, []);
    assert.deepEqual((await new IAMClient(options).send(new ListRolesCommand({}))).Roles, []);
    assert.deepEqual(
      (await new SecretsManagerClient(options).send(new ListSecretsCommand({}))).SecretList,
      [],
    );
    assert.deepEqual((await new SSMClient(options).send(new DescribeParametersCommand({}))).Parameters, []);
  });
});
