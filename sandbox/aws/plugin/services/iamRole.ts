import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import type { RoleArgs, RoleState } from "@pulumi/aws/iam";
import type { AwsClients } from "../base/clients";
import {
  defineResource,
  ifFound,
  type Plain,
  type ResourceChange,
  tagChanges,
  tagList,
  tagMap,
  uniqueSuffix,
} from "../base/resource";
import { arn, between, iamName, json, length } from "../base/validators";
import { sameJson } from "../base/values";

type Args = Plain<RoleArgs>;
type State = Plain<RoleState>;
type InlinePolicies = NonNullable<State["inlinePolicies"]>;

/** `aws.iam.Role`. */
export const role = defineResource<RoleArgs, RoleState>({
  token: "aws:iam/role:Role",
  inputs: [
    ...["assumeRolePolicy", "description", "forceDetachPolicies", "inlinePolicies", "managedPolicyArns"],
    ...["maxSessionDuration", "name", "namePrefix", "path", "permissionsBoundary", "tags"],
  ] as (keyof RoleArgs)[],
  required: ["assumeRolePolicy"],
  defaults: { forceDetachPolicies: false, maxSessionDuration: 3600, path: "/" },
  autoName: { maxLength: 64 },
  validators: {
    assumeRolePolicy: json,
    description: length(0, 1000),
    "inlinePolicies[].name": iamName(128),
    "inlinePolicies[].policy": json,
    "managedPolicyArns[]": arn,
    maxSessionDuration: between(3600, 43_200),
    name: iamName(64),
    namePrefix: iamName(38),
    path: length(0, 512),
    permissionsBoundary: arn,
  },
  replaceOn: ["name", "namePrefix", "path"],
  json: ["assumeRolePolicy"],
  computed: ["arn", "createDate", "inlinePolicies", "managedPolicyArns", "namePrefix", "uniqueId"],
  regional: false,
  create: createRole,
  read: readRole,
  update: updateRole,
  async delete(aws, RoleName, state) {
    await setInlinePolicies(
      aws,
      RoleName,
      state.forceDetachPolicies ? await inlinePolicies(aws, RoleName) : (state.inlinePolicies ?? []),
      [],
    );
    const attached = state.forceDetachPolicies
      ? await managedPolicies(aws, RoleName)
      : (state.managedPolicyArns ?? []);
    await setManagedPolicies(aws, RoleName, attached, []);
    await ifFound(aws.iam.send(new DeleteRoleCommand({ RoleName })));
  },
});

async function createRole(aws: AwsClients, inputs: Args): Promise<string> {
  const RoleName = inputs.name ?? `${inputs.namePrefix}${uniqueSuffix()}`;
  await aws.iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: String(inputs.assumeRolePolicy),
      Description: inputs.description,
      MaxSessionDuration: inputs.maxSessionDuration,
      Path: inputs.path,
      PermissionsBoundary: inputs.permissionsBoundary,
      Tags: tagList({ ...aws.defaultTags, ...inputs.tags }),
    }),
  );
  await setInlinePolicies(aws, RoleName, [], inputs.inlinePolicies ?? []);
  await setManagedPolicies(aws, RoleName, [], inputs.managedPolicyArns ?? []);
  return RoleName;
}

async function readRole(
  aws: AwsClients,
  id: string,
  known: Partial<State>,
  inputs: Partial<Args>,
): Promise<State | undefined> {
  const found = (await ifFound(aws.iam.send(new GetRoleCommand({ RoleName: id }))))?.Role;
  if (!found) return undefined;
  const trust = decodeURIComponent(found.AssumeRolePolicyDocument ?? "");
  return {
    arn: found.Arn,
    assumeRolePolicy: sameJson(trust, known.assumeRolePolicy) ? known.assumeRolePolicy : trust,
    createDate: found.CreateDate?.toISOString(),
    description: found.Description,
    // Ignored if the program does not manage them here: the real provider's refresh would report every separate
    // RolePolicy and RolePolicyAttachment as a change of the role.
    inlinePolicies: inputs.inlinePolicies
      ? await inlinePolicies(aws, id, known.inlinePolicies)
      : (known.inlinePolicies ?? []),
    managedPolicyArns: inputs.managedPolicyArns
      ? await managedPolicies(aws, id, known.managedPolicyArns)
      : (known.managedPolicyArns ?? []),
    maxSessionDuration: found.MaxSessionDuration,
    name: found.RoleName,
    namePrefix: known.namePrefix ?? "",
    path: found.Path,
    permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn,
    tagsAll: tagMap(found.Tags),
    uniqueId: found.RoleId,
  };
}

async function updateRole(aws: AwsClients, RoleName: string, change: ResourceChange<RoleArgs, RoleState>) {
  const { inputs, old, changed } = change;
  if (changed.includes("assumeRolePolicy")) {
    const PolicyDocument = String(inputs.assumeRolePolicy);
    await aws.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  }
  if (changed.includes("description") || changed.includes("maxSessionDuration")) {
    const { description: Description = "", maxSessionDuration: MaxSessionDuration } = inputs;
    await aws.iam.send(new UpdateRoleCommand({ RoleName, Description, MaxSessionDuration }));
  }
  if (changed.includes("permissionsBoundary")) {
    const PermissionsBoundary = inputs.permissionsBoundary;
    if (PermissionsBoundary)
      await aws.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
    else await aws.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
  }
  if (changed.includes("inlinePolicies")) {
    await setInlinePolicies(aws, RoleName, old.inlinePolicies ?? [], inputs.inlinePolicies ?? []);
  }
  if (changed.includes("managedPolicyArns")) {
    await setManagedPolicies(aws, RoleName, old.managedPolicyArns ?? [], inputs.managedPolicyArns ?? []);
  }
  const tags = tagChanges(old.tagsAll, { ...aws.defaultTags, ...inputs.tags });
  if (tags.removed.length > 0) await aws.iam.send(new UntagRoleCommand({ RoleName, TagKeys: tags.removed }));
  if (Object.keys(tags.set).length > 0)
    await aws.iam.send(new TagRoleCommand({ RoleName, Tags: tagList(tags.set) }));
}

/** All inline policies, in the order and spelling of the known ones where they are equal. */
async function inlinePolicies(
  aws: AwsClients,
  RoleName: string,
  known: InlinePolicies = [],
): Promise<InlinePolicies> {
  const { PolicyNames: names = [] } = await aws.iam.send(new ListRolePoliciesCommand({ RoleName }));
  const position = (name: string) =>
    known.findIndex((policy) => policy.name === name) + 1 || known.length + 1;
  const sorted = names.sort((a, b) => position(a) - position(b));
  return Promise.all(
    sorted.map(async (name) => {
      const found = await aws.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: name }));
      const policy = decodeURIComponent(found.PolicyDocument ?? "");
      const before = known.find((policy) => policy.name === name)?.policy;
      return { name, policy: sameJson(policy, before) ? before : policy };
    }),
  );
}

async function managedPolicies(aws: AwsClients, RoleName: string, known: string[] = []): Promise<string[]> {
  const { AttachedPolicies: attached = [] } = await aws.iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName }),
  );
  const arns = attached.map((policy) => policy.PolicyArn ?? "");
  return [...known.filter((arn) => arns.includes(arn)), ...arns.filter((arn) => !known.includes(arn))];
}

async function setInlinePolicies(
  aws: AwsClients,
  RoleName: string,
  old: InlinePolicies,
  wanted: InlinePolicies,
) {
  for (const { name: PolicyName, policy } of wanted) {
    await aws.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: policy }));
  }
  for (const { name: PolicyName } of old.filter(
    (policy) => !wanted.some(({ name }) => name === policy.name),
  )) {
    await ifFound(aws.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
  }
}

async function setManagedPolicies(aws: AwsClients, RoleName: string, old: string[], wanted: string[]) {
  for (const PolicyArn of wanted) await aws.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  for (const PolicyArn of old.filter((arn) => !wanted.includes(arn))) {
    await ifFound(aws.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
  }
}
