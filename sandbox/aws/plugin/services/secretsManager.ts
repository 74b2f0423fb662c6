import {
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type {
  SecretArgs,
  SecretPolicyArgs,
  SecretPolicyState,
  SecretState,
  SecretVersionArgs,
  SecretVersionState,
} from "@pulumi/aws/secretsmanager";
import type { AwsClients } from "../base/clients";
import { defineResource, ifFound, tagChanges, tagList, tagMap, uniqueSuffix } from "../base/resource";
import { all, between, json, length, matches } from "../base/validators";
import { sameJson } from "../base/values";

const secretName = matches(
  /^[0-9A-Za-z/_+=.@!-]+$/,
  "must contain alphanumeric characters, or any of the following: -/_+=.@!",
);

/** `aws.secretsmanager.Secret`: the secret without a value. */
export const secret = defineResource<SecretArgs, SecretState>({
  token: "aws:secretsmanager/secret:Secret",
  inputs: [
    ...["description", "forceOverwriteReplicaSecret", "kmsKeyId", "name", "namePrefix", "policy"],
    ...["recoveryWindowInDays", "tags"],
  ] as (keyof SecretArgs)[],
  defaults: { forceOverwriteReplicaSecret: false, recoveryWindowInDays: 30 },
  autoName: { maxLength: 255 },
  validators: {
    name: all(length(1, 512), secretName),
    namePrefix: all(length(1, 486), secretName),
    policy: json,
    recoveryWindowInDays: (value, property) => (value === 0 ? undefined : between(7, 30)(value, property)),
  },
  replaceOn: ["name", "namePrefix"],
  json: ["policy"],
  computed: ["arn", "namePrefix", "policy"],
  regional: true,
  async create(aws, inputs) {
    const made = await aws.secretsManager.send(
      new CreateSecretCommand({
        Name: inputs.name ?? `${inputs.namePrefix}${uniqueSuffix()}`,
        Description: inputs.description,
        KmsKeyId: inputs.kmsKeyId,
        Tags: tagList({ ...aws.defaultTags, ...inputs.tags }),
      }),
    );
    const arn = made.ARN ?? "";
    if (inputs.policy) await setPolicy(aws, arn, inputs.policy);
    return arn;
  },
  async read(aws, SecretId, known) {
    const found = await ifFound(aws.secretsManager.send(new DescribeSecretCommand({ SecretId })));
    // A secret in its recovery window is treated as deleted.
    if (!found || found.DeletedDate) return undefined;
    return {
      arn: found.ARN,
      description: found.Description,
      kmsKeyId: found.KmsKeyId,
      name: found.Name,
      namePrefix: known.namePrefix ?? "",
      policy: await readPolicy(aws, SecretId, known.policy),
      tagsAll: tagMap(found.Tags),
    };
  },
  async update(aws, SecretId, { inputs, old, changed }) {
    if (changed.includes("description") || changed.includes("kmsKeyId")) {
      const { description: Description = "", kmsKeyId: KmsKeyId } = inputs;
      await aws.secretsManager.send(new UpdateSecretCommand({ SecretId, Description, KmsKeyId }));
    }
    if (changed.includes("policy")) await setPolicy(aws, SecretId, inputs.policy);
    const tags = tagChanges(old.tagsAll, { ...aws.defaultTags, ...inputs.tags });
    if (tags.removed.length > 0) {
      await aws.secretsManager.send(new UntagResourceCommand({ SecretId, TagKeys: tags.removed }));
    }
    if (Object.keys(tags.set).length > 0) {
      await aws.secretsManager.send(new TagResourceCommand({ SecretId, Tags: tagList(tags.set) }));
    }
  },
  async delete(aws, SecretId, state) {
    const days = state.recoveryWindowInDays ?? 30;
    const how = days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days };
    await ifFound(aws.secretsManager.send(new DeleteSecretCommand({ SecretId, ...how })));
  },
});

/** `aws.secretsmanager.SecretVersion`: a value of a secret; another value is another version. */
export const secretVersion = defineResource<SecretVersionArgs, SecretVersionState>({
  token: "aws:secretsmanager/secretVersion:SecretVersion",
  inputs: ["secretBinary", "secretId", "secretString"],
  required: ["secretId"],
  replaceOn: "all",
  computed: ["arn", "hasSecretStringWo", "secretArn", "versionId", "versionStages"],
  regional: true,
  async create(aws, inputs) {
    const made = await aws.secretsManager.send(
      new PutSecretValueCommand({
        SecretId: inputs.secretId,
        SecretString: inputs.secretString,
        SecretBinary: inputs.secretBinary ? Buffer.from(inputs.secretBinary, "base64") : undefined,
      }),
    );
    return `${inputs.secretId}|${made.VersionId}`;
  },
  async read(aws, id) {
    const [SecretId, VersionId] = id.split("|");
    const found = await ifFound(aws.secretsManager.send(new GetSecretValueCommand({ SecretId, VersionId })));
    return (
      found && {
        arn: found.ARN,
        hasSecretStringWo: false,
        secretArn: found.ARN,
        secretBinary: found.SecretBinary && Buffer.from(found.SecretBinary).toString("base64"),
        secretId: SecretId,
        secretString: found.SecretString,
        versionId: found.VersionId,
        versionStages: found.VersionStages,
      }
    );
  },
  async delete(aws, id, state) {
    const [SecretId, RemoveFromVersionId] = id.split("|");
    // A version without stages is deprecated and removed by AWS; the current one is removed with its secret.
    const now = await ifFound(
      aws.secretsManager.send(new GetSecretValueCommand({ SecretId, VersionId: state.versionId })),
    );
    for (const VersionStage of (now?.VersionStages ?? []).filter((stage) => stage !== "AWSCURRENT")) {
      const change = { SecretId, VersionStage, RemoveFromVersionId };
      await ifFound(aws.secretsManager.send(new UpdateSecretVersionStageCommand(change)));
    }
  },
});

/** `aws.secretsmanager.SecretPolicy`. */
export const secretPolicy = defineResource<SecretPolicyArgs, SecretPolicyState>({
  token: "aws:secretsmanager/secretPolicy:SecretPolicy",
  inputs: ["blockPublicPolicy", "policy", "secretArn"],
  required: ["policy", "secretArn"],
  replaceOn: ["secretArn"],
  json: ["policy"],
  computed: [],
  regional: true,
  async create(aws, inputs) {
    await setPolicy(aws, inputs.secretArn, inputs.policy, inputs.blockPublicPolicy);
    return inputs.secretArn;
  },
  async read(aws, id, known) {
    const policy = await readPolicy(aws, id, known.policy);
    return policy ? { policy, secretArn: id } : undefined;
  },
  async update(aws, id, { inputs }) {
    await setPolicy(aws, id, inputs.policy, inputs.blockPublicPolicy);
  },
  delete: (aws, id) => setPolicy(aws, id, undefined),
});

async function setPolicy(aws: AwsClients, SecretId: string, policy: unknown, BlockPublicPolicy?: boolean) {
  if (policy) {
    const ResourcePolicy = String(policy);
    await aws.secretsManager.send(
      new PutResourcePolicyCommand({ SecretId, ResourcePolicy, BlockPublicPolicy }),
    );
  } else {
    await ifFound(aws.secretsManager.send(new DeleteResourcePolicyCommand({ SecretId })));
  }
}

async function readPolicy(
  aws: AwsClients,
  SecretId: string,
  known: string | undefined,
): Promise<string | undefined> {
  const found = await ifFound(aws.secretsManager.send(new GetResourcePolicyCommand({ SecretId })));
  return sameJson(found?.ResourcePolicy, known) ? known : found?.ResourcePolicy;
}
