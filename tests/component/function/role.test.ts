import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../..";
import { evaluate } from "../../../sandbox/aws/policy";
import { account, runMocked, valueFrom } from "../mockedStack";
import { givenRole, minimal, observe, secretArn, types } from "../observedFunctionFixture";

/** Possible log groups of the function `api`, whose name Pulumi generates. */
const automatic = `arn:aws:logs:eu-west-1:${account.id}:log-group:/aws/lambda/api-???????`;

describe("the role of an ObservedFunction", () => {
  it("is created with the permissions of AWS's own policy for logs, in one policy", async () => {
    const { resources, component, policy } = await observe({});
    const trust = JSON.parse(String(resources.one(types.role).inputs.assumeRolePolicy));
    assert.equal(trust.Statement[0].Principal.Service, "lambda.amazonaws.com");
    // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html
    assert.deepEqual(policy("api-permissions").Statement, [
      {
        Sid: "WriteLogs",
        Effect: "Allow",
        Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: [automatic, `${automatic}:*`],
      },
    ]);
    assert.deepEqual(resources.names(types.policy), ["api-permissions"]);
    assert.equal(await valueFrom(component.roleName), "api-0a1b2c3");
    assert.equal(resources.one(types.function).inputs.role, await valueFrom(component.roleArn));
  });

  it("is created with the permissions for the network, tracing and dead letters", async () => {
    const { policy, resources } = await observe({
      authorization: secretArn,
      vpcConfig: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
      tracingConfig: { mode: "Active" },
      deadLetterConfig: { targetArn: "arn:aws:sqs:eu-west-1:123456789012:dead" },
    });
    assert.deepEqual(resources.names(types.policy), ["api-permissions"]);
    const actions = policy("api-permissions").Statement.flatMap(({ Action }: { Action: string[] }) => Action);
    assert.ok(actions.includes("ec2:CreateNetworkInterface"));
    assert.ok(actions.includes("xray:PutTraceSegments"));
    assert.ok(actions.includes("sqs:SendMessage"));
    assert.ok(actions.includes("secretsmanager:GetSecretValue"));
  });

  it("that is given gets policies by its name, and nothing else", async () => {
    const { resources, component, policy } = await observe({ role: givenRole, authorization: secretArn });
    assert.deepEqual(resources.names(types.role), []);
    assert.equal(resources.one(types.policy).inputs.role, "shared");
    assert.deepEqual(policy("api-secrets").Statement, [
      {
        Sid: "ReadSecrets",
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue"],
        Resource: [secretArn],
      },
    ]);
    assert.equal(await valueFrom(component.roleName), "shared");
  });

  it("may read what outputs turn out to refer to", async () => {
    const text = pulumi.output(`Bearer \${${secretArn}}`);
    const headers = { Authorization: text };
    assert.deepEqual((await observe({ headers })).statement("ReadSecrets").Resource, [secretArn]);
    const given = await observe({ headers, role: givenRole });
    assert.deepEqual(given.policy("api-secrets").Statement[0].Resource, [secretArn]);
  });

  it("has a policy by which arguments are given, whatever outputs turn out to be", async () => {
    const { Disable } = clickstack.CloudWatchLogs;
    const [plain, later] = ["https://x:4318", pulumi.output("https://x:4318")];
    const names = async (args: Partial<clickstack.ObservedFunctionArgs>, preview = false) => {
      const program = () => new clickstack.ObservedFunction("api", { ...minimal, ...args });
      return (await runMocked(program, { preview })).resources.names(types.policy);
    };
    for (const preview of [true, false]) {
      assert.deepEqual(await names({ endpoint: plain, role: givenRole }, preview), []);
      assert.deepEqual(await names({ endpoint: later, role: givenRole }, preview), ["api-secrets"]);
      const made = { endpoint: later, cloudWatchLogs: Disable, name: "api" };
      assert.deepEqual((await names(made, preview)).sort(), ["api-no-logs", "api-permissions"]);
    }
    const { policy } = await observe({ endpoint: later, role: givenRole });
    const policies = [{ Statement: policy("api-secrets").Statement }];
    assert.equal(policies[0]?.Statement.length, 1, "IAM refuses a policy without statements");
    for (const action of ["secretsmanager:GetSecretValue", "logs:PutLogEvents"])
      assert.equal(evaluate(policies, { action, resource: secretArn }), "implicitlyDenied");
  });

  it("may write only to this function's log group if the group's name is known before the function exists", async () => {
    const group = (name: string) => `arn:aws:logs:eu-west-1:${account.id}:log-group:${name}`;
    const cases: [Partial<clickstack.ObservedFunctionArgs>, string][] = [
      [{ name: "orders" }, "/aws/lambda/orders"],
      [{ name: pulumi.output("orders") }, "/aws/lambda/orders"],
      [{ loggingConfig: { logFormat: "Text", logGroup: "/shop" } }, "/shop"],
      [{ name: "orders", loggingConfig: pulumi.output({ logFormat: "Text", logGroup: "/shop" }) }, "/shop"],
      [{ logRetentionInDays: 7 }, "/aws/lambda/api-8f9e"],
    ];
    for (const [args, name] of cases) {
      const { statement } = await observe(args);
      assert.deepEqual(statement("WriteLogs").Resource, [group(name), `${group(name)}:*`]);
    }
    assert.deepEqual((await observe({})).statement("WriteLogs").Resource, [automatic, `${automatic}:*`]);
    const later = pulumi.output({ logFormat: "Text", logGroup: "/shop" });
    const { statement } = await observe({ loggingConfig: later });
    assert.deepEqual(statement("WriteLogs").Resource, [group("/shop"), `${group("/shop")}:*`]);
  });

  it("may save the executions of a durable function, only of this function", async () => {
    const durableConfig = { executionTimeout: 60, retentionPeriod: 1 };
    const of = (name: string) => [`arn:aws:lambda:eu-west-1:${account.id}:function:${name}:*`];
    const { statement } = await observe({ durableConfig, name: "orders" });
    assert.deepEqual(statement("SaveDurableExecutions"), {
      Sid: "SaveDurableExecutions",
      Effect: "Allow",
      Action: ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"],
      Resource: of("orders"),
    });
    const automatic = await observe({ durableConfig });
    assert.deepEqual(automatic.statement("SaveDurableExecutions").Resource, of("api-???????"));
    const named = await observe({ durableConfig, loggingConfig: { logFormat: "Text", logGroup: "/shop" } });
    assert.deepEqual(named.statement("SaveDurableExecutions").Resource, of("api-???????"));
  });

  it("may mount file systems of the service that the ARN is of", async () => {
    const mount = async (arn: string) => {
      const { statement } = await observe({ fileSystemConfig: { arn, localMountPath: "/mnt/files" } });
      const { Action, Resource, Condition } = statement("MountFileSystem");
      return { Action, Resource, Condition };
    };
    const elastic = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0";
    assert.deepEqual(await mount(elastic), {
      Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
      Resource: ["*"],
      Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": [elastic] } },
    });
    const fileSystem = "arn:aws-cn:s3files:cn-north-1:123456789012:file-system/fs-0123456789abcdef0";
    const point = `${fileSystem}/access-point/fsap-0123456789abcdef0`;
    assert.deepEqual(await mount(point), {
      Action: ["s3files:ClientMount", "s3files:ClientWrite"],
      Resource: [fileSystem],
      Condition: { StringEquals: { "s3files:AccessPointArn": [point] } },
    });
  });

  it("has a name that IAM accepts, whatever the component's name", async () => {
    for (const name of ["GET /orders/{id}", "shop:orders", "a/b", "x".repeat(70), "prod-".repeat(30)]) {
      const args = { name: "orders", authorization: secretArn, ingestionKey: undefined };
      const logs = { cloudWatchLogs: clickstack.CloudWatchLogs.Disable };
      const { resources } = await runMocked(() => [
        new clickstack.ObservedFunction(name, { ...minimal, ...args, ...logs }),
      ]);
      assert.match(resources.one(types.role).name, /^[\w+=,.@-]{1,56}$/);
      for (const policy of resources.names(types.policy)) assert.match(policy, /^[\w+=,.@-]{1,120}$/);
      assert.equal(resources.one(types.function).name, name);
      const [statement] = JSON.parse(
        String(resources.all.find((one) => one.name.endsWith("-no-logs"))?.inputs.policy),
      ).Statement;
      assert.match(statement.Resource[0], /:123456789012:log-group:\/aws\/lambda\/orders$/);
    }
  });

  it("finds references in the user's own variables, as output too", async () => {
    const variables = {
      ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `x=\${${secretArn}#key}`,
      OTHER: "${arn:aws:x}",
    };
    for (const environment of [{ variables }, pulumi.output({ variables })]) {
      const { statement } = await observe({ environment });
      assert.deepEqual(statement("ReadSecrets").Resource, [secretArn]);
    }
  });
});
