import {
  defaultLogGroup,
  denyLogsDocument,
  logGroupArn,
  parseRoleArn,
} from "../../provider/plan/policies/statements";
import { type Problem, problem } from "../../provider/plan/problem";
import { type NoChange, type Plan, type PolicyChange, type RolePolicies, roleWithoutRoom } from "./change";
import type { FunctionState } from "./functionState";
import { noLogsPolicyName } from "./policies";
import { extensionLayerOf } from "./status";
import { managerOf } from "./unsuitable";
import { UsageError } from "./usageError";

/** Days that CloudWatch Logs can keep events (API reference, PutRetentionPolicy). */
const retentionDays = [
  ...[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
  ],
];

/** The number of days from an option. @throws UsageError for values that CloudWatch does not support. */
export function retentionOf(text: string): number {
  if (retentionDays.includes(Number(text))) return Number(text);
  throw new UsageError(`--retention: must be one of: ${retentionDays.join(", ")} (got "${text}")`);
}

/** Further inputs of a denial. */
export interface DenialContext {
  policies: RolePolicies;
  /** Whether ClickHouse has recent rows of the function. */
  hasRows: boolean;
  changesManaged?: boolean;
}

/** The change that denies a function's role access to its log group: the policy that `ObservedFunction` writes. */
export function planDenial(of: FunctionState, { policies, hasRows, changesManaged }: DenialContext): Plan {
  const role = parseRoleArn(of.role);
  const manager = changesManaged ? undefined : managerOf(of);
  const reasons = [
    ...(extensionLayerOf(of) === undefined
      ? problem("layers", "does not have the extension, so that its logs would be lost")
      : []),
    ...(hasRows
      ? []
      : problem(
          "rows",
          "ClickHouse has no recent rows of it, so that its logs would be lost. Run `verify` with --invoke",
        )),
    ...(manager === undefined
      ? []
      : problem("tags", `is managed by ${manager}. Deny its log group there, or pass --include-managed`)),
    ...(role === undefined ? problem("role", `${of.role} is not the ARN of a role`) : []),
  ];
  if (reasons.length > 0 || role === undefined) return { kind: "skipped", function: of, reasons };
  const name = noLogsPolicyName(of);
  const before = policies[name];
  const after = denyLogsDocument(logGroupArn(role, of.region, of.logGroup));
  if (before !== undefined && JSON.stringify(JSON.parse(before)) === after) return unchanged(of);
  const change: PolicyChange = { name, after, ...(before !== undefined && { before }) };
  const full = problem("role", roleWithoutRoom(policies, [change]));
  if (full.length > 0) return { kind: "skipped", function: of, reasons: full };
  return policyChange(of, { policies: [change], obsolete: [] }, warningsOf(of));
}

/** The change that removes the denial. */
export function planPermission(of: FunctionState, policies: RolePolicies): Plan {
  const name = noLogsPolicyName(of);
  const before = policies[name];
  return before === undefined
    ? unchanged(of)
    : policyChange(of, { policies: [], obsolete: [{ name, before }] }, []);
}

function warningsOf({ name, logGroup }: FunctionState): Problem[] {
  return logGroup === defaultLogGroup(name)
    ? []
    : problem("loggingConfig.logGroup", `every function with this role loses its logs in ${logGroup}`);
}

function policyChange(
  of: FunctionState,
  changes: { policies: PolicyChange[]; obsolete: PolicyChange[] },
  warnings: Problem[],
): Plan {
  const { layers, variables } = of;
  const same = { layers, variables };
  return { kind: "change", function: of, before: same, after: same, ...changes, warnings };
}

function unchanged(of: FunctionState): NoChange {
  return { kind: "unchanged", function: of, reasons: [] };
}
