import { parseRoleArn } from "../../provider/plan/policies/statements";
import type { RolePolicies } from "../plan/change";
import type { AwsClients } from "./clients";

/** A role, and a region of its partition. */
export interface RolePlace {
  arn: string;
  region: string;
}

/** Reads the inline policies of a role. */
export async function readRolePolicies(clients: AwsClients, role: RolePlace): Promise<RolePolicies> {
  const { paginateListRolePolicies } = await import("@aws-sdk/client-iam");
  const client = await clients.iam(role.region);
  const RoleName = nameOf(role);
  const policies: Record<string, string> = {};
  for await (const { PolicyNames = [] } of paginateListRolePolicies({ client }, { RoleName })) {
    for (const PolicyName of PolicyNames) {
      const document = await readRolePolicy(clients, role, PolicyName);
      // Deleted since it was listed.
      if (document !== undefined) policies[PolicyName] = document;
    }
  }
  return policies;
}

/** Reads one inline policy of a role; undefined where IAM shows none of this name. */
export async function readRolePolicy(
  clients: AwsClients,
  role: RolePlace,
  name: string,
): Promise<string | undefined> {
  const { GetRolePolicyCommand } = await import("@aws-sdk/client-iam");
  const client = await clients.iam(role.region);
  const of = { RoleName: nameOf(role), PolicyName: name };
  try {
    const { PolicyDocument = "" } = await client.send(new GetRolePolicyCommand(of));
    return decodeURIComponent(PolicyDocument);
  } catch (error) {
    if ((error as Error).name !== "NoSuchEntityException") throw error;
    return undefined;
  }
}

/** Gives a role an inline policy, or replaces the one of this name; without a document it deletes the policy. */
export async function writeRolePolicy(
  clients: AwsClients,
  role: RolePlace,
  { name, document }: { name: string; document: string | undefined },
): Promise<void> {
  const { DeleteRolePolicyCommand, PutRolePolicyCommand } = await import("@aws-sdk/client-iam");
  const client = await clients.iam(role.region);
  const of = { RoleName: nameOf(role), PolicyName: name };
  if (document !== undefined) {
    await client.send(new PutRolePolicyCommand({ ...of, PolicyDocument: document }));
    return;
  }
  try {
    await client.send(new DeleteRolePolicyCommand(of));
  } catch (error) {
    // It has already been deleted, perhaps by an earlier run that was interrupted.
    if ((error as Error).name !== "NoSuchEntityException") throw error;
  }
}

function nameOf({ arn }: RolePlace): string {
  return parseRoleArn(arn)?.roleName ?? arn;
}
