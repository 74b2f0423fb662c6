import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  ParameterTier,
  ParameterType,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
} from "@aws-sdk/client-ssm";
import type { ParameterArgs, ParameterState } from "@pulumi/aws/ssm";
import type { AwsClients } from "../base/clients";
import { defineResource, ifFound, type Plain, tagChanges, tagList, tagMap } from "../base/resource";
import { length, oneOf } from "../base/validators";

/** Tags are kept by kind of resource. */
const ResourceType = "Parameter";

/** `aws.ssm.Parameter`. */
export const ssmParameter = defineResource<ParameterArgs, ParameterState>({
  token: "aws:ssm/parameter:Parameter",
  inputs: [
    ...["allowedPattern", "dataType", "description", "insecureValue", "keyId", "name", "overwrite", "tags"],
    ...["tier", "type", "value"],
  ] as (keyof ParameterArgs)[],
  required: ["type"],
  autoName: { maxLength: 255 },
  validators: {
    name: length(1, 2048),
    tier: oneOf(Object.values(ParameterTier)),
    type: oneOf(Object.values(ParameterType)),
  },
  replaceOn: ["name"],
  computed: ["arn", "dataType", "hasValueWo", "insecureValue", "keyId", "tier", "value", "version"],
  recomputed: () => ["version"],
  regional: true,
  async create(aws, inputs) {
    await putParameter(aws, inputs, inputs.overwrite ?? false);
    const name = inputs.name ?? "";
    const Tags = tagList({ ...aws.defaultTags, ...inputs.tags });
    // AWS accepts tags when creating, but not when overwriting: they are set separately, as the provider does.
    if (Tags.length > 0)
      await aws.ssm.send(new AddTagsToResourceCommand({ ResourceType, ResourceId: name, Tags }));
    return name;
  },
  read: readParameter,
  async update(aws, id, { inputs, old, changed }) {
    if (changed.some((key) => key !== "tags" && key !== "tagsAll")) await putParameter(aws, inputs, true);
    const tags = tagChanges(old.tagsAll, { ...aws.defaultTags, ...inputs.tags });
    if (tags.removed.length > 0) {
      await aws.ssm.send(
        new RemoveTagsFromResourceCommand({ ResourceType, ResourceId: id, TagKeys: tags.removed }),
      );
    }
    if (Object.keys(tags.set).length > 0) {
      await aws.ssm.send(
        new AddTagsToResourceCommand({ ResourceType, ResourceId: id, Tags: tagList(tags.set) }),
      );
    }
  },
  async delete(aws, id) {
    await ifFound(aws.ssm.send(new DeleteParameterCommand({ Name: id })));
  },
});

async function putParameter(
  aws: AwsClients,
  inputs: Plain<ParameterArgs>,
  Overwrite: boolean,
): Promise<void> {
  await aws.ssm.send(
    new PutParameterCommand({
      Name: inputs.name,
      Type: inputs.type as ParameterType,
      Value: inputs.value ?? inputs.insecureValue,
      Description: inputs.description,
      KeyId: inputs.keyId,
      AllowedPattern: inputs.allowedPattern,
      DataType: inputs.dataType,
      Tier: inputs.tier as ParameterTier | undefined,
      Overwrite,
    }),
  );
}

async function readParameter(
  aws: AwsClients,
  id: string,
  known: Partial<Plain<ParameterState>>,
  inputs: Partial<Plain<ParameterArgs>>,
) {
  const found = (await ifFound(aws.ssm.send(new GetParameterCommand({ Name: id, WithDecryption: true }))))
    ?.Parameter;
  if (!found) return undefined;
  const Values = [id];
  const described = await aws.ssm.send(
    new DescribeParametersCommand({ ParameterFilters: [{ Key: "Name", Values }] }),
  );
  const about = described.Parameters?.[0];
  const tags = await aws.ssm.send(new ListTagsForResourceCommand({ ResourceType, ResourceId: id }));
  const insecure = inputs.insecureValue !== undefined;
  return {
    allowedPattern: about?.AllowedPattern,
    arn: found.ARN,
    dataType: found.DataType,
    description: about?.Description,
    hasValueWo: false,
    insecureValue: insecure ? found.Value : undefined,
    keyId: about?.KeyId ?? known.keyId,
    name: found.Name,
    tagsAll: tagMap(tags.TagList),
    tier: about?.Tier ?? "Standard",
    type: found.Type,
    value: insecure ? "" : found.Value,
    version: found.Version,
  };
}
