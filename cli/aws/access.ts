import type { NeededAccess } from "../plan/access";
import type { Access } from "../plan/verification";
import { describeError } from "./awsError";
import type { AwsClients } from "./clients";

/** What a role may do, according to its policies. */
export async function simulateAccess(
  clients: AwsClients,
  role: { arn: string; region: string },
  needed: readonly NeededAccess[],
): Promise<readonly Access[] | { error: string }> {
  const { SimulatePrincipalPolicyCommand } = await import("@aws-sdk/client-iam");
  const client = await clients.iam(role.region);
  const simulate = async ({ action, resource, context = {} }: NeededAccess): Promise<Access> => {
    const ContextEntries = Object.entries(context).map(([ContextKeyName, values]) => ({
      ContextKeyName,
      ContextKeyValues: [...values],
      ContextKeyType: values.length > 1 ? ("stringList" as const) : ("string" as const),
    }));
    const { EvaluationResults = [] } = await client.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: role.arn,
        ActionNames: [action],
        ResourceArns: [resource],
        ...(ContextEntries.length > 0 && { ContextEntries }),
      }),
    );
    return { action, resource, decision: EvaluationResults[0]?.EvalDecision ?? "implicitDeny" };
  };
  try {
    return await Promise.all(needed.map(simulate));
  } catch (error) {
    return { error: describeError(error) };
  }
}
