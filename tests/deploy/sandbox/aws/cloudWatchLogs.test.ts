import assert from "node:assert/strict";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { cloudWatchLogSink } from "../../../../sandbox/aws/cloudWatchLogs";
import { clientOptions, type EmbeddedAws, startEmbeddedAws } from "../../../../sandbox/aws/embeddedAws";
import { isAllowed } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { allow, region, trustPolicy } from "../../surroundings";

const basicExecution = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

describe("CloudWatch Logs of functions", () => {
  let aws: EmbeddedAws;
  let iam: IAMClient;
  let logs: CloudWatchLogsClient;

  before(async () => {
    aws = await startEmbeddedAws();
    iam = new IAMClient(clientOptions(aws, region));
    logs = new CloudWatchLogsClient(clientOptions(aws, region));
  });
  after(() => aws?.stop());

  const role = async (RoleName: string): Promise<string> => {
    const made = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustPolicy }));
    return made.Role?.Arn ?? "";
  };
  const groups = async () =>
    ((await logs.send(new DescribeLogGroupsCommand({}))).logGroups ?? []).map((group) => group.logGroupName);

  it("writes a function's lines in order where its role allows it", async () => {
    const arn = await role("writer");
    await iam.send(new AttachRolePolicyCommand({ RoleName: "writer", PolicyArn: basicExecution }));
    const logStream = "2026/11/23/[$LATEST]0123";
    const stream = await cloudWatchLogSink(aws, { region }).open({
      functionName: "talker",
      logStream,
      role: arn,
    });
    assert.ok(stream);
    const timestamp = Date.now();
    await Promise.all([
      stream.write([
        { timestamp, message: "one" },
        { timestamp, message: "" },
      ]),
      stream.write([{ timestamp: timestamp + 1, message: "two" }]),
    ]);
    await stream.close();
    const read = new GetLogEventsCommand({
      logGroupName: "/aws/lambda/talker",
      logStreamName: logStream,
      startFromHead: true,
    });
    assert.deepEqual(
      (await logs.send(read)).events?.map((event) => event.message),
      ["one", "two"],
    );
  });

  it("writes nothing, without an error, if a policy denies it only for this function's group", async () => {
    const arn = await role("denied");
    await iam.send(new AttachRolePolicyCommand({ RoleName: "denied", PolicyArn: basicExecution }));
    const group = `arn:aws:logs:${region}:123456789012:log-group:/aws/lambda/silent`;
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: {
        Effect: "Deny",
        Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: [group, `${group}:*`],
      },
    });
    await iam.send(new PutRolePolicyCommand({ RoleName: "denied", PolicyName: "silence", PolicyDocument }));
    const sink = cloudWatchLogSink(aws, { region });
    assert.equal(await sink.open({ functionName: "silent", logStream: "s", role: arn }), undefined);
    assert.ok(await sink.open({ functionName: "loud", logStream: "s", role: arn }));
    assert.deepEqual(await groups(), ["/aws/lambda/loud", "/aws/lambda/talker"].sort());
  });

  it("writes nothing without permissions, without a role, or when the group is missing and may not be made", async () => {
    const sink = cloudWatchLogSink(aws, { region });
    assert.equal(await sink.open({ functionName: "f", logStream: "s" }), undefined);
    const arn = await role("bare");
    assert.equal(await sink.open({ functionName: "f", logStream: "s", role: arn }), undefined);
    for (const action of ["logs:CreateLogStream", "logs:PutLogEvents"]) {
      const policy = await iam.send(
        new CreatePolicyCommand({ PolicyName: action.slice(5), PolicyDocument: allow(action) }),
      );
      await iam.send(new AttachRolePolicyCommand({ RoleName: "bare", PolicyArn: policy.Policy?.Arn }));
    }
    assert.equal(await sink.open({ functionName: "f", logStream: "s", role: arn }), undefined);
    await logs.send(new CreateLogGroupCommand({ logGroupName: "/aws/lambda/f" }));
    const stream = await sink.open({ functionName: "f", logStream: "s", role: arn });
    assert.ok(stream);
    await stream.close();
  });

  it("reads a role's policies, inline and attached", async () => {
    const arn = await role("both");
    await iam.send(new AttachRolePolicyCommand({ RoleName: "both", PolicyArn: basicExecution }));
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: "both",
        PolicyName: "ssm",
        PolicyDocument: allow("ssm:GetParameters"),
      }),
    );
    const policies = await rolePolicies(aws, arn);
    assert.equal(policies.length, 2);
    for (const action of ["ssm:GetParameters", "logs:PutLogEvents"]) {
      assert.ok(isAllowed(policies, { action, resource: "arn:aws:x:::y" }), action);
    }
    await assert.rejects(
      rolePolicies(aws, arn.replace("both", "nobody")),
      /can't read the policies of \S+nobody: NoSuchEntity/,
    );
  });
});
