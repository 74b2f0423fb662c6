import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
  PutRolePolicyCommand,
  TagPolicyCommand,
  UntagPolicyCommand,
} from "@aws-sdk/client-iam";
import type {
  PolicyArgs,
  PolicyState,
  RolePolicyArgs,
  RolePolicyAttachmentArgs,
  RolePolicyAttachmentState,
  RolePolicyState,
} from "@pulumi/aws/iam";
import type { AwsClients } from "../base/clients";
import { defineResource, ifFound, tagChanges, tagList, tagMap, uniqueSuffix } from "../base/resource";
import { all, arn, iamName, json, length, type Validator } from "../base/validators";
import { sameJson } from "../base/values";

const roleName: Validator = all(length(1, 128), (value, property) =>
  String(value).startsWith("arn:") ? `"${property}" must be the role's name not its ARN` : undefined,
);

/** `aws.iam.RolePolicy`: an inline policy. */
export const rolePolicy = defineResource<RolePolicyArgs, RolePolicyState>({
  token: "aws:iam/rolePolicy:RolePolicy",
  inputs: ["name", "namePrefix", "policy", "role"],
  required: ["policy", "role"],
  autoName: { maxLength: 255 },
  validators: { name: iamName(128), namePrefix: iamName(102), policy: json, role: roleName },
  replaceOn: ["name", "namePrefix", "role"],
  json: ["policy"],
  computed: ["namePrefix"],
  regional: false,
  async create(aws, inputs) {
    const name = inputs.name ?? `${inputs.namePrefix}${uniqueSuffix()}`;
    await putRolePolicy(aws, String(inputs.role), name, String(inputs.policy));
    return `${inputs.role}:${name}`;
  },
  async read(aws, id, known) {
    const [RoleName, PolicyName] = id.split(":");
    const found = await ifFound(aws.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })));
    if (!found) return undefined;
    const policy = decodeURIComponent(found.PolicyDocument ?? "");
    return {
      name: PolicyName,
      namePrefix: known.namePrefix ?? "",
      policy: sameJson(policy, known.policy) ? known.policy : policy,
      role: RoleName,
    };
  },
  async update(aws, id, { inputs }) {
    const [role = "", name = ""] = id.split(":");
    await putRolePolicy(aws, role, name, String(inputs.policy));
  },
  async delete(aws, id) {
    const [RoleName, PolicyName] = id.split(":");
    await ifFound(aws.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
  },
});

async function putRolePolicy(aws: AwsClients, RoleName: string, PolicyName: string, PolicyDocument: string) {
  await aws.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
}

/** `aws.iam.RolePolicyAttachment`. */
export const rolePolicyAttachment = defineResource<RolePolicyAttachmentArgs, RolePolicyAttachmentState>({
  token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  inputs: ["policyArn", "role"],
  required: ["policyArn", "role"],
  validators: { policyArn: arn },
  replaceOn: "all",
  computed: [],
  regional: false,
  async create(aws, inputs) {
    const { policyArn: PolicyArn } = inputs;
    const RoleName = String(inputs.role);
    await aws.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    return `${RoleName}/${PolicyArn}`;
  },
  async read(aws, id) {
    const [role, policyArn] = splitAttachmentId(id);
    const listed = await ifFound(aws.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: role })));
    const attached = listed?.AttachedPolicies?.some((policy) => policy.PolicyArn === policyArn);
    return attached ? { policyArn, role } : undefined;
  },
  async delete(aws, id) {
    const [RoleName, PolicyArn] = splitAttachmentId(id);
    await ifFound(aws.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
  },
});

/** `role/arn:…`, where the ARN may hold slashes and the role's name may not. */
function splitAttachmentId(id: string): [role: string, policyArn: string] {
  const slash = id.indexOf("/");
  return [id.slice(0, slash), id.slice(slash + 1)];
}

/** `aws.iam.Policy`: a managed policy of the account. */
export const policy = defineResource<PolicyArgs, PolicyState>({
  token: "aws:iam/policy:Policy",
  inputs: ["description", "name", "namePrefix", "path", "policy", "tags"],
  required: ["policy"],
  defaults: { path: "/" },
  autoName: { maxLength: 255 },
  validators: {
    description: length(0, 1000),
    name: iamName(128),
    namePrefix: iamName(102),
    path: length(0, 512),
    policy: json,
  },
  replaceOn: ["description", "name", "namePrefix", "path"],
  json: ["policy"],
  computed: ["arn", "attachmentCount", "namePrefix", "policyId"],
  regional: false,
  async create(aws, inputs) {
    const made = await aws.iam.send(
      new CreatePolicyCommand({
        PolicyName: inputs.name ?? `${inputs.namePrefix}${uniqueSuffix()}`,
        Description: inputs.description,
        Path: inputs.path,
        PolicyDocument: String(inputs.policy),
        Tags: tagList({ ...aws.defaultTags, ...inputs.tags }),
      }),
    );
    return made.Policy?.Arn ?? "";
  },
  async read(aws, PolicyArn, known) {
    const found = (await ifFound(aws.iam.send(new GetPolicyCommand({ PolicyArn }))))?.Policy;
    if (!found) return undefined;
    const VersionId = found.DefaultVersionId;
    const version = await aws.iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
    const document = decodeURIComponent(version.PolicyVersion?.Document ?? "");
    return {
      arn: found.Arn,
      // Attachments are created separately from the policy: the count from its creation stays, as for an unchanged
      // policy.
      attachmentCount: known.attachmentCount ?? found.AttachmentCount,
      description: found.Description,
      name: found.PolicyName,
      namePrefix: known.namePrefix ?? "",
      path: found.Path,
      policy: sameJson(document, known.policy) ? known.policy : document,
      policyId: found.PolicyId,
      tagsAll: tagMap(found.Tags),
    };
  },
  async update(aws, PolicyArn, { inputs, old, changed }) {
    if (changed.includes("policy")) await replaceDocument(aws, PolicyArn, String(inputs.policy));
    const tags = tagChanges(old.tagsAll, { ...aws.defaultTags, ...inputs.tags });
    if (tags.removed.length > 0)
      await aws.iam.send(new UntagPolicyCommand({ PolicyArn, TagKeys: tags.removed }));
    if (Object.keys(tags.set).length > 0) {
      await aws.iam.send(new TagPolicyCommand({ PolicyArn, Tags: tagList(tags.set) }));
    }
  },
  async delete(aws, PolicyArn) {
    for (const VersionId of await otherVersions(aws, PolicyArn)) {
      await aws.iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    }
    await ifFound(aws.iam.send(new DeletePolicyCommand({ PolicyArn })));
  },
});

/** A policy keeps five versions at most: the oldest one is deleted. */
async function replaceDocument(aws: AwsClients, PolicyArn: string, PolicyDocument: string): Promise<void> {
  const others = await otherVersions(aws, PolicyArn);
  if (others.length >= 4) {
    await aws.iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: others.at(-1) }));
  }
  await aws.iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
}

/** Versions besides the default one, the newest first. */
async function otherVersions(aws: AwsClients, PolicyArn: string): Promise<string[]> {
  const listed = await ifFound(aws.iam.send(new ListPolicyVersionsCommand({ PolicyArn })));
  const others = (listed?.Versions ?? []).filter((version) => !version.IsDefaultVersion);
  const number = (id: string) => Number(id.slice(1));
  return others.map((version) => version.VersionId ?? "").sort((a, b) => number(b) - number(a));
}
