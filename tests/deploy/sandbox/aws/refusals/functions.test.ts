import assert from "node:assert/strict";
import { AttachRolePolicyCommand, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { type CreateFunctionRequest, GetFunctionCommand, type Runtime } from "@aws-sdk/client-lambda";
import { region, trustPolicy } from "../../../surroundings";
import { foreign, invalid, refused, roleArn, useRefusing, validation } from "./refusing";

describe("functions that the embedded AWS refuses", () => {
  const aws = useRefusing();
  const { create, role } = aws;
  const refusals: [string, Partial<CreateFunctionRequest>, string, RegExp][] = [
    [
      "reserved names in the environment",
      { Environment: { Variables: { AWS_REGION: "eu-west-1", OWN: "1" } } },
      invalid,
      /Reserved keys used in this request: AWS_REGION$/,
    ],
    [
      "malformed names in the environment, without the values",
      { Environment: { Variables: { "MY-VAR": "hush" } } },
      validation,
      /^1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: \[Member must satisfy regular expression pattern: \[a-zA-Z\]\(\[a-zA-Z0-9_\]\)\+\]$/,
    ],
    [
      "names of one letter in the environment",
      { Environment: { Variables: { A: "1" } } },
      validation,
      /Map keys must satisfy/,
    ],
    [
      "an environment over 4 KB",
      { Environment: { Variables: { CONFIG: "x".repeat(4084) } } },
      invalid,
      /exceeded the 4KB limit/,
    ],
    [
      "another version of the same layer",
      { Layers: [foreign("one", 1), foreign("one", 2)] },
      invalid,
      /Two different versions of the same layer .*:one:1 and .*:one:2 are versions of the same layer/,
    ],
    [
      "the same version of a layer twice",
      { Layers: [foreign("one"), foreign("one")] },
      invalid,
      /versions of the same layer/,
    ],
    [
      "more than five layers",
      { Layers: ["a", "b", "c", "d", "e", "f"].map((name) => foreign(name)) },
      invalid,
      /more than 5 layers/,
    ],
    [
      "layers of another region",
      { Layers: [foreign("one").replace(region, "eu-west-1")] },
      invalid,
      /expected to be in region us-east-2/,
    ],
    [
      "layers of the account that are not there",
      { Layers: [foreign("none").replace("418653438961", "123456789012")] },
      invalid,
      /layer:none:1 does not exist/,
    ],
    ["what is no layer's ARN", { Layers: ["own"] }, validation, /'layers' .*pattern/],
    ["memory below 128 MB", { MemorySize: 64 }, validation, /'memorySize' .*greater than or equal to 128/],
    ["memory above 32,768 MB", { MemorySize: 40_000 }, validation, /less than or equal to 32768/],
    [
      "memory above 10,240 MB without a capacity provider",
      { MemorySize: 16_384 },
      invalid,
      /'MemorySize' value failed .* less than or equal to 10240/,
    ],
    ["a timeout of zero", { Timeout: 0 }, validation, /'timeout' .*greater than or equal to 1/],
    ["more than half an hour", { Timeout: 1_801 }, invalid, /'Timeout' value failed .* 1800/],
    [
      "a runtime that is none",
      { Runtime: "nodejs99.x" as Runtime },
      validation,
      /enum value set: \[.*nodejs22/,
    ],
    ["a runtime of the past", { Runtime: "nodejs12.x" }, invalid, /nodejs12.x is no longer supported/],
    ["an architecture that is none", { Architectures: ["x86" as "x86_64"] }, validation, /'architectures'/],
    ["a handler with spaces", { Handler: "my handler" }, validation, /'handler'/],
    ["a function without a runtime", { Runtime: undefined }, invalid, /Runtime and Handler are mandatory/],
    [
      "a layer of an image",
      {
        PackageType: "Image",
        Code: { ImageUri: "x.y/z" },
        Runtime: undefined,
        Handler: undefined,
        Layers: [foreign("a")],
      },
      invalid,
      /don't provide Runtime, Handler or Layers/,
    ],
    ["code that is not a zip", { Code: { ZipFile: Buffer.from("code") } }, invalid, /Could not unzip/],
    ["a role that is not there", { Role: `${roleArn}-else` }, invalid, /cannot be assumed by Lambda/],
    [
      "a role of another account",
      { Role: roleArn.replace("123456789012", "418653438961") },
      "AccessDeniedException",
      /Cross-account pass role is not allowed/,
    ],
    [
      "a network that the role may not use",
      { VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] } },
      invalid,
      /does not have permissions to call CreateNetworkInterface on EC2/,
    ],
    [
      "a dead letter queue that the role may not use",
      { DeadLetterConfig: { TargetArn: `arn:aws:sqs:${region}:123456789012:dead` } },
      invalid,
      /does not have permissions to call SendMessage on SQS/,
    ],
    [
      "a file system without a network",
      {
        FileSystemConfigs: [
          {
            Arn: `arn:aws:elasticfilesystem:${region}:123456789012:access-point/fsap-0123456789abcdef0`,
            LocalMountPath: "/mnt/files",
          },
        ],
      },
      invalid,
      /must be configured to execute in a VPC/,
    ],
    [
      "SnapStart of Node.js",
      { SnapStart: { ApplyOn: "PublishedVersions" } },
      invalid,
      /not supported for SnapStart/,
    ],
    ["a log group's name with spaces", { LoggingConfig: { LogGroup: "my logs" } }, validation, /logGroup/],
  ];
  for (const [what, more, name, message] of refusals) {
    it(what, () => refused(create("refused", more), name, message));
  }

  it("names with other characters, too long or already used", async () => {
    await refused(create("my.function"), validation, /'functionName' .*pattern/);
    await refused(create("x".repeat(65)), validation, /length less than or equal to 64/);
    await create("x".repeat(64));
    await refused(create("x".repeat(64)), "ResourceConflictException", /Function already exist/);
  });

  it("and accepts what is at the limits", async () => {
    const Variables = { CONFIG: "x".repeat(4096 - '{"CONFIG":""}'.length) };
    const CapacityProviderConfig = {
      LambdaManagedInstancesCapacityProviderConfig: {
        CapacityProviderArn: `arn:aws:lambda:${region}:123456789012:capacity-provider:cp`,
      },
    };
    const DurableConfig = { ExecutionTimeout: 3600, RetentionPeriodInDays: 7 };
    const Layers = ["a", "b", "c", "d", "e"].map((name) => foreign(name));
    await create("at-the-limits", { Environment: { Variables }, Layers, MemorySize: 10_240, Timeout: 900 });
    await create("managed", { CapacityProviderConfig, MemorySize: 32_768, Timeout: 5_400 });
    await create("durable", { DurableConfig });
    const found = await aws.lambda.send(new GetFunctionCommand({ FunctionName: "durable" }));
    assert.deepEqual(found.Configuration?.DurableConfig, DurableConfig);
  });

  it("whose role trusts another service, and takes it when its trust changes", async () => {
    await role("of-ec2", trustPolicy.replace("lambda", "ec2"));
    const Role = roleArn.replace("somebody", "of-ec2");
    await refused(create("assumed", { Role }), invalid, /cannot be assumed by Lambda/);
    const PolicyDocument = trustPolicy;
    await aws.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "of-ec2", PolicyDocument }));
    await create("assumed", { Role });
  });

  it("in a network only until the role may use it", async () => {
    await role("networked");
    const Role = roleArn.replace("somebody", "networked");
    const VpcConfig = { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] };
    await refused(create("networked", { Role, VpcConfig }), invalid, /CreateNetworkInterface/);
    const PolicyArn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
    await aws.iam.send(new AttachRolePolicyCommand({ RoleName: "networked", PolicyArn }));
    await create("networked", { Role, VpcConfig });
  });
});
