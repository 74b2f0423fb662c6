import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import type { QueueArgs, QueueState } from "@pulumi/aws/sqs";
import { defineResource, errorCode, type Plain, tagChanges } from "../base/resource";

/** Inputs that are attributes of a queue, by their names there. */
const attributes = {
  delaySeconds: "DelaySeconds",
  maxMessageSize: "MaximumMessageSize",
  messageRetentionSeconds: "MessageRetentionPeriod",
  policy: "Policy",
  receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  redrivePolicy: "RedrivePolicy",
  visibilityTimeoutSeconds: "VisibilityTimeout",
} as const satisfies Partial<Record<keyof QueueArgs, QueueAttributeName>>;

const names = Object.keys(attributes) as (keyof typeof attributes)[];

/** `aws.sqs.Queue`. */
export const queue = defineResource<QueueArgs, QueueState>({
  token: "aws:sqs/queue:Queue",
  inputs: [...names, "fifoQueue", "name", "tags"],
  autoName: { maxLength: 80 },
  replaceOn: ["fifoQueue", "name"],
  json: ["policy", "redrivePolicy"],
  computed: ["arn", "url", ...names],
  regional: true,
  async create(aws, inputs) {
    const Attributes = { ...attributesOf(inputs), ...(inputs.fifoQueue && { FifoQueue: "true" }) };
    const tags = { ...aws.defaultTags, ...inputs.tags };
    const created = await aws.sqs.send(new CreateQueueCommand({ QueueName: inputs.name, Attributes, tags }));
    return created.QueueUrl ?? "";
  },
  async read(aws, QueueUrl) {
    const found = await ifThere(
      aws.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] })),
    );
    if (found === undefined) return undefined;
    const { Tags = {} } = await aws.sqs.send(new ListQueueTagsCommand({ QueueUrl }));
    const { Attributes = {} } = found;
    const values = names.flatMap((name) => {
      const value = Attributes[attributes[name]];
      return value === undefined ? [] : [[name, /^\d+$/.test(value) ? Number(value) : value]];
    });
    return {
      ...Object.fromEntries(values),
      arn: Attributes.QueueArn,
      fifoQueue: Attributes.FifoQueue === "true",
      name: QueueUrl.slice(QueueUrl.lastIndexOf("/") + 1),
      tagsAll: Tags,
      url: QueueUrl,
    } as Plain<QueueState>;
  },
  async update(aws, QueueUrl, { inputs, old }) {
    await aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributesOf(inputs) }));
    const tags = tagChanges(old.tagsAll, { ...aws.defaultTags, ...inputs.tags });
    if (tags.removed.length > 0) {
      await aws.sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: tags.removed }));
    }
    if (Object.keys(tags.set).length > 0) {
      await aws.sqs.send(new TagQueueCommand({ QueueUrl, Tags: tags.set }));
    }
  },
  async delete(aws, QueueUrl) {
    await ifThere(aws.sqs.send(new DeleteQueueCommand({ QueueUrl })));
  },
});

function attributesOf(inputs: Plain<QueueArgs>): Partial<Record<QueueAttributeName, string>> {
  const given = names.filter((name) => inputs[name] !== undefined);
  return Object.fromEntries(given.map((name) => [attributes[name], String(inputs[name])]));
}

/** undefined if the queue does not exist, by the error of either SQS protocol. */
async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (/QueueDoesNotExist|NonExistentQueue/.test(errorCode(error))) return undefined;
    throw error;
  }
}
