import assert from "node:assert/strict";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import { ObservedFunction, type ObservedFunctionArgs, observeStack } from "../../../../index";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { changes, region, trustPolicy, useSurroundings } from "../../surroundings";
import { plainCode } from "../setup/plainFunction";
import { RemoteObservedFunction } from "../setup/remoteComponents";

const plain = {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: plainCode(),
};
const telemetry = {
  extension: { rotel: { version: 12 } },
  endpoint: "https://clickstack.example.com:4318",
};
type Make = (name: string, args: Partial<ObservedFunctionArgs>) => void;
const ways: Record<string, () => Make> = {
  imported: () => (name, args) => new ObservedFunction(name, { ...plain, ...telemetry, ...args }),
  "through the plugin": () => (name, args) =>
    new RemoteObservedFunction(name, { ...plain, ...telemetry, ...args }),
  "by observeStack": () => {
    const { arn: role } = new Role("shared", { assumeRolePolicy: trustPolicy });
    let observes = false;
    return (name, { logRetentionInDays, ...args }) => {
      if (!observes) observeStack({ ...telemetry, logRetentionInDays });
      observes = true;
      new LambdaFunction(name, { ...plain, role, ...args });
    };
  },
};

describe("a log group that a function has already", () => {
  const surroundings = useSurroundings();

  for (const [way, start] of Object.entries(ways)) {
    it(`${way}: is adopted with its content, and gets the retention`, async () => {
      const logs = new CloudWatchLogsClient(clientOptions(surroundings.aws, region));
      const lineage = async (logGroupNamePrefix: string) => {
        const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
        return logGroups.map(({ retentionInDays, kmsKeyId }) => ({ retentionInDays, kmsKeyId }));
      };
      const prefix = `/aws/lambda/${way.replaceAll(" ", "-")}`;
      const own = `${prefix}-billing`;
      const named = `/team${prefix}`;
      const kmsKeyId = `arn:aws:kms:${region}:${surroundings.aws.accountId}:key/1`;
      await logs.send(new CreateLogGroupCommand({ logGroupName: own, kmsKeyId }));
      await logs.send(new CreateLogGroupCommand({ logGroupName: named, tags: { made: "by hand" } }));
      await logs.send(new PutRetentionPolicyCommand({ logGroupName: named, retentionInDays: 365 }));
      for (const logGroupName of [own, named]) {
        await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "before" }));
      }
      let logRetentionInDays = 14;
      const program = async () => {
        const make = start();
        make("billing", { name: own.replace("/aws/lambda/", ""), logRetentionInDays });
        const loggingConfig = { logFormat: "Text", logGroup: named };
        make("sales", { loggingConfig, logRetentionInDays });
        make("fresh", { name: `${prefix.replace("/aws/lambda/", "")}-fresh`, logRetentionInDays });
      };
      const stack = await surroundings.stack({ program });
      const { changeSummary } = await stack.preview();
      const done = changes(await stack.up());
      assert.deepEqual({ ...changeSummary }, done, "a preview says what the update does");
      assert.equal(done.import, 2);
      assert.deepEqual(await lineage(own), [{ retentionInDays: 14, kmsKeyId }]);
      assert.deepEqual(await lineage(named), [{ retentionInDays: 14, kmsKeyId: undefined }]);
      for (const logGroupName of [own, named]) {
        const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
        assert.deepEqual(
          logStreams?.map(({ logStreamName }) => logStreamName),
          ["before"],
        );
      }

      assert.deepEqual(changes(await stack.up()), {});
      assert.deepEqual(changes(await stack.refresh()), {});
      logRetentionInDays = 30;
      assert.equal((await stack.preview()).changeSummary.import, undefined);
      const { update, ...others } = changes(await stack.up());
      // The components, if any, keep the argument as well.
      assert.deepEqual([update, others], [way === "by observeStack" ? 3 : 6, {}]);
      assert.deepEqual(await lineage(own), [{ retentionInDays: 30, kmsKeyId }]);
      await stack.destroy();
      assert.deepEqual([await lineage(own), await lineage(named)], [[], []]);
    });

    it(`${way}: is not adopted by two functions`, async () => {
      const logs = new CloudWatchLogsClient(clientOptions(surroundings.aws, region));
      const logGroup = `/shared/${way.replaceAll(" ", "-")}`;
      await logs.send(new CreateLogGroupCommand({ logGroupName: logGroup }));
      const program = async () => {
        const make = start();
        for (const name of ["one", "two"]) {
          make(name, { loggingConfig: { logFormat: "Text", logGroup }, logRetentionInDays: 14 });
        }
      };
      const stack = await surroundings.stack({ program });
      await assert.rejects(
        stack.preview(),
        /logRetentionInDays.*the log group "\/shared\/[\w-]+" has its retention from "(one|two)" already: create it/s,
      );
    });
  }
});
