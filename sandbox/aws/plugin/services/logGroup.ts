import {
  AssociateKmsKeyCommand,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DisassociateKmsKeyCommand,
  ListTagsForResourceCommand,
  LogGroupClass,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LogGroupArgs, LogGroupState } from "@pulumi/aws/cloudwatch";
import type { AwsClients } from "../base/clients";
import { defineResource, ifFound, type Plain, tagChanges, uniqueSuffix } from "../base/resource";
import { logGroupName, oneOf } from "../base/validators";

/**
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html; 0 means unlimited.
 */
const retentionDays = [
  ...[0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
  ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
];

/** `aws.cloudwatch.LogGroup`. */
export const logGroup = defineResource<LogGroupArgs, LogGroupState>({
  token: "aws:cloudwatch/logGroup:LogGroup",
  inputs: ["kmsKeyId", "logGroupClass", "name", "namePrefix", "retentionInDays", "skipDestroy", "tags"],
  defaults: { retentionInDays: 0, skipDestroy: false },
  autoName: { maxLength: 255 },
  validators: {
    logGroupClass: oneOf(Object.values(LogGroupClass)),
    name: logGroupName,
    namePrefix: logGroupName,
    retentionInDays: oneOf(retentionDays),
  },
  replaceOn: ["logGroupClass", "name", "namePrefix"],
  computed: ["arn", "deletionProtectionEnabled", "logGroupClass", "namePrefix"],
  regional: true,
  async create(aws, inputs) {
    const logGroupName = inputs.name ?? `${inputs.namePrefix}${uniqueSuffix()}`;
    const tags = { ...aws.defaultTags, ...inputs.tags };
    await aws.logs.send(
      new CreateLogGroupCommand({
        logGroupName,
        kmsKeyId: inputs.kmsKeyId,
        logGroupClass: inputs.logGroupClass as LogGroupClass | undefined,
        tags: Object.keys(tags).length > 0 ? tags : undefined,
      }),
    );
    await setRetention(aws, logGroupName, inputs.retentionInDays);
    return logGroupName;
  },
  async read(aws, id, known): Promise<Plain<LogGroupState> | undefined> {
    const { logGroups = [] } = await aws.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id }));
    const found = logGroups.find((group) => group.logGroupName === id);
    if (!found) return undefined;
    const arn = (found.arn ?? "").replace(/:\*$/, "");
    const { tags = {} } = await aws.logs.send(new ListTagsForResourceCommand({ resourceArn: arn }));
    return {
      arn,
      deletionProtectionEnabled: false,
      kmsKeyId: found.kmsKeyId,
      logGroupClass: found.logGroupClass ?? "STANDARD",
      name: found.logGroupName,
      namePrefix: known.namePrefix ?? "",
      retentionInDays: found.retentionInDays ?? 0,
      tagsAll: tags,
    };
  },
  async update(aws, id, { inputs, old, changed }) {
    if (changed.includes("retentionInDays")) await setRetention(aws, id, inputs.retentionInDays);
    if (changed.includes("kmsKeyId")) {
      const kmsKeyId = inputs.kmsKeyId;
      if (kmsKeyId) await aws.logs.send(new AssociateKmsKeyCommand({ logGroupName: id, kmsKeyId }));
      else await aws.logs.send(new DisassociateKmsKeyCommand({ logGroupName: id }));
    }
    const resourceArn = old.arn ?? "";
    const tags = tagChanges(old.tagsAll, { ...aws.defaultTags, ...inputs.tags });
    if (tags.removed.length > 0) {
      await aws.logs.send(new UntagResourceCommand({ resourceArn, tagKeys: tags.removed }));
    }
    if (Object.keys(tags.set).length > 0) {
      await aws.logs.send(new TagResourceCommand({ resourceArn, tags: tags.set }));
    }
  },
  async delete(aws, id, state) {
    if (state.skipDestroy) return;
    await ifFound(aws.logs.send(new DeleteLogGroupCommand({ logGroupName: id })));
  },
});

/** 0 days means unlimited. */
async function setRetention(aws: AwsClients, logGroupName: string, days = 0): Promise<void> {
  if (days > 0) await aws.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: days }));
  else await aws.logs.send(new DeleteRetentionPolicyCommand({ logGroupName }));
}
