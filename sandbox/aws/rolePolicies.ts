import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  IAMClient,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
} from "@aws-sdk/client-iam";
import { type AwsAccess, clientOf } from "./access";
import type { PolicyDocument } from "./policy";

/**
 * Reads every policy document of a role: the inline ones and the attached managed ones.
 *
 * @param aws the AWS to read from; an `EmbeddedAws` is one
 * @param roleArn the role's ARN
 */
export async function rolePolicies(aws: AwsAccess, roleArn: string): Promise<PolicyDocument[]> {
  // IAM is the same in all regions, but its SDK client requires one.
  const client = new IAMClient(clientOf(aws, "us-east-1"));
  const RoleName = roleArn.split("/").pop() ?? "";
  try {
    const documents = [
      ...(await inlineDocuments(client, RoleName)),
      ...(await attachedDocuments(client, RoleName)),
    ];
    return documents.map((document) => JSON.parse(decodeURIComponent(document)));
  } catch (error) {
    throw new Error(`can't read the policies of ${roleArn}: ${error}`, { cause: error });
  } finally {
    client.destroy();
  }
}

async function inlineDocuments(client: IAMClient, RoleName: string): Promise<string[]> {
  const documents: string[] = [];
  for await (const { PolicyNames = [] } of paginateListRolePolicies({ client }, { RoleName })) {
    for (const PolicyName of PolicyNames) {
      const policy = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      documents.push(policy.PolicyDocument ?? "");
    }
  }
  return documents;
}

async function attachedDocuments(client: IAMClient, RoleName: string): Promise<string[]> {
  const documents: string[] = [];
  for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies({ client }, { RoleName })) {
    for (const { PolicyArn } of AttachedPolicies) {
      const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
      const VersionId = Policy?.DefaultVersionId;
      const version = await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
      documents.push(version.PolicyVersion?.Document ?? "");
    }
  }
  return documents;
}
