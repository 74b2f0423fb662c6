import { logGroupArn, parseRoleArn } from "../../provider/plan/policies/statements";
import { variableOf } from "../../provider/plan/telemetry/settings";
import type { RolePolicies } from "./change";
import type { FunctionState } from "./functionState";
import type { SecretView } from "./verification";

/** The permissions that a role needs. */
export interface NeededAccess {
  action: string;
  resource: string;
  /** Condition keys of the request. */
  context?: Readonly<Record<string, readonly string[]>>;
}

/** The requests of the extension to AWS when it starts (`provider/plan/policies/statements.ts` grants the same). */
export function neededAccess({ variables }: FunctionState, secrets: readonly SecretView[]): NeededAccess[] {
  const reads = secrets.map((one): NeededAccess => {
    const { service, arn, resourceName } = one.reference;
    if (service === "ssm") {
      const [name = ""] = resourceName.split(":");
      return { action: "ssm:GetParameters", resource: `${arn.slice(0, -resourceName.length)}${name}` };
    }
    return { action: "secretsmanager:GetSecretValue", resource: (one.found ? one.arn : undefined) ?? arn };
  });
  const together = secrets.filter(({ reference }) => reference.service === "secretsmanager");
  const decrypts = secrets.flatMap((one): NeededAccess[] => {
    const { service, region, partition } = one.reference;
    // The key's ARN is not known from an alias.
    if (!one.found || !one.kmsKey?.startsWith("arn:") || one.kmsKey.includes(":alias/")) return [];
    const endpoint = `${service}.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}`;
    return [{ action: "kms:Decrypt", resource: one.kmsKey, context: { "kms:ViaService": [endpoint] } }];
  });
  const audience = variables[variableOf("webIdentityAudience")];
  const context = {
    ...{ "sts:IdentityTokenAudience": [audience ?? ""], "sts:DurationSeconds": ["900"] },
    "sts:SigningAlgorithm": ["RS256"],
  };
  return distinct([
    ...reads,
    ...(together.length > 1 ? [{ action: "secretsmanager:BatchGetSecretValue", resource: "*" }] : []),
    ...decrypts,
    ...(audience ? [{ action: "sts:GetWebIdentityToken", resource: "*", context }] : []),
  ]);
}

function distinct(all: readonly NeededAccess[]): NeededAccess[] {
  return [...new Map(all.map((one) => [`${one.action} ${one.resource}`, one])).values()];
}

/** Whether one of the role's inline policies denies the function's log group, as the component and this command do. */
export function deniesLogs(policies: RolePolicies, of: FunctionState): boolean {
  const role = parseRoleArn(of.role);
  if (role === undefined) return false;
  const group = logGroupArn(role, of.region, of.logGroup);
  return Object.values(policies).some((document) => {
    const { Statement = [] } = JSON.parse(document) as { Statement?: object | object[] };
    return [Statement].flat().some((one) => {
      const { Effect, Action, Resource } = one as Record<string, string | string[]>;
      const denies = (value: string | string[] | undefined, text: string) => [value].flat().includes(text);
      return Effect === "Deny" && denies(Action, "logs:PutLogEvents") && denies(Resource, `${group}:*`);
    });
  });
}
