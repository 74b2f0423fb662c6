import type { EmbeddedAws } from "./embeddedAws";
import { evaluate } from "./policy";
import type { AwsAnswer, AwsCall } from "./proxy";
import { rolePolicies } from "./rolePolicies";

const decisions = {
  allowed: "allowed",
  explicitlyDenied: "explicitDeny",
  implicitlyDenied: "implicitDeny",
} as const;

/**
 * Answers IAM's SimulatePrincipalPolicy for one action and resource from the role's policies; undefined for other
 * calls. The embedded AWS does not support it.
 */
export async function simulatePolicy(aws: EmbeddedAws, { body }: AwsCall): Promise<AwsAnswer | undefined> {
  const parameters = new URLSearchParams(body.toString());
  if (parameters.get("Action") !== "SimulatePrincipalPolicy") return undefined;
  const action = parameters.get("ActionNames.member.1") ?? "";
  const resource = parameters.get("ResourceArns.member.1") ?? "*";
  const policies = await rolePolicies(aws, parameters.get("PolicySourceArn") ?? "");
  const decision = decisions[evaluate(policies, { action, resource, context: contextOf(parameters) })];
  const result = `<member><EvalActionName>${action}</EvalActionName><EvalResourceName>${resource}</EvalResourceName><EvalDecision>${decision}</EvalDecision></member>`;
  const content = `<SimulatePrincipalPolicyResult><EvaluationResults>${result}</EvaluationResults><IsTruncated>false</IsTruncated></SimulatePrincipalPolicyResult>`;
  return {
    status: 200,
    headers: { "content-type": "text/xml" },
    body: Buffer.from(`<SimulatePrincipalPolicyResponse>${content}</SimulatePrincipalPolicyResponse>`),
  };
}

/** Condition keys of the request; a list stays one, as `ForAllValues` needs it. */
function contextOf(parameters: URLSearchParams): Record<string, string | string[]> {
  const context: Record<string, string | string[]> = {};
  for (let index = 1; ; index++) {
    const entry = `ContextEntries.member.${index}.`;
    const key = parameters.get(`${entry}ContextKeyName`);
    if (key === null) return context;
    const values = [...parameters].flatMap(([name, value]) =>
      name.startsWith(`${entry}ContextKeyValues.member.`) ? [value] : [],
    );
    context[key] = values.length === 1 ? (values[0] ?? "") : values;
  }
}
