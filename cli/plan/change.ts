import type { telemetryArguments } from "../../provider/plan/arguments/table";
import type { FunctionView } from "../../provider/plan/arguments/view";
import { extensionLayerArn } from "../../provider/plan/checks/extension";
import { instrumentationLayerArn } from "../../provider/plan/checks/instrumentation";
import { checkEnvironmentSize } from "../../provider/plan/checks/lambdaLimits";
import { checkFunction, warnings } from "../../provider/plan/checks/validate";
import { planInstrumentation } from "../../provider/plan/layers/instrumentation";
import { checkInlinePolicies, policyLength } from "../../provider/plan/policies/inlinePolicies";
import { type Problem, problem } from "../../provider/plan/problem";
import { mergeEnvironment } from "../../provider/plan/telemetry/mergedEnvironment";
import { plainValues, plannedArguments, planTelemetry } from "../../provider/plan/telemetry/plan";
import type { Configuration, FunctionState } from "./functionState";
import { noLogsPolicyName, readingPolicy, secretsPolicyName } from "./policies";
import { originalOf, withRecord } from "./record";
import { whyLeftAlone } from "./unsuitable";

/**
 * How functions are observed: the arguments of `ObservedFunction` that are not the function's own, all with known
 * values.
 */
export type Telemetry = Pick<FunctionView, keyof typeof telemetryArguments>;

/** A policy to write or, without a document, to delete. */
export interface PolicyChange {
  name: string;
  /** The role's current policy with this name. */
  before?: string;
  after?: string;
}

/** The planned change of a function. */
export interface PlannedChange {
  kind: "change";
  function: FunctionState;
  before: Configuration;
  after: Configuration;
  /** Policies of its role that are written before the function is changed. */
  policies: PolicyChange[];
  /** Policies that are deleted once it is changed. */
  obsolete: PolicyChange[];
  warnings: Problem[];
}

/** A function that needs no change, or that cannot be changed. */
export interface NoChange {
  kind: "unchanged" | "skipped";
  function: FunctionState;
  /** Why it is skipped. */
  reasons: Problem[];
}

export type Plan = PlannedChange | NoChange;

/** Inline policies of a role by their names. */
export type RolePolicies = Readonly<Record<string, string>>;

/** Further inputs of a plan. */
export interface PlanContext {
  /** Policies of the function's role; only those with a known name are compared. */
  policies: RolePolicies;
  /** Whether functions that a CloudFormation stack manages are also changed. */
  changesManaged?: boolean;
}

/** The change that makes a function observed, the same as that of `ObservedFunction`. */
export function planChange(of: FunctionState, telemetry: Telemetry, context: PlanContext): Plan {
  const original = originalOf(of);
  const reasons = whyLeftAlone(of, original, context.changesManaged);
  if (original === undefined || reasons.length > 0) return { kind: "skipped", function: of, reasons };
  const view = { ...functionView(of, original), ...telemetry } as FunctionView;
  const problems = checkFunction(view);
  if (problems.length > 0) return { kind: "skipped", function: of, reasons: problems };
  const after = withRecord(original, observed(view, original));
  const policies = readingPolicies(of, after, telemetry, context.policies);
  const full = [
    ...problem("environment.variables", checkEnvironmentSize({ ...after.variables }, original.variables)),
    ...problem("role", roleWithoutRoom(context.policies, policies)),
  ];
  if (full.length > 0) return { kind: "skipped", function: of, reasons: full };
  const changes = { before: configurationOf(of), after, ...split(policies) };
  if (isEmpty(changes)) return { kind: "unchanged", function: of, reasons: [] };
  return { kind: "change", function: of, ...changes, warnings: warnings(view) };
}

/** The change that undoes {@link planChange}, and nothing else. */
export function planRemoval(of: FunctionState, policies: RolePolicies): Plan {
  const original = originalOf(of);
  if (original === undefined || of.unreadable !== undefined) {
    return { kind: "skipped", function: of, reasons: whyLeftAlone(of, original, true) };
  }
  const before = configurationOf(of);
  // IAM may not show yet what an interrupted command has just written.
  const needsReading = !sameConfiguration(before, original) && readingPolicy(of.variables) !== undefined;
  const owned = [secretsPolicyName(of), noLogsPolicyName(of)].filter(
    (name) => policies[name] !== undefined || (needsReading && name === secretsPolicyName(of)),
  );
  const obsolete = owned.map((name): PolicyChange => {
    const document = policies[name];
    return { name, ...(document !== undefined && { before: document }) };
  });
  // The denial is removed first: a function without telemetry must be able to log.
  const [denials, others] = [true, false].map((isDenial) =>
    obsolete.filter(({ name }) => (name === noLogsPolicyName(of)) === isDenial),
  );
  const changes = { before, after: original, policies: denials ?? [], obsolete: others ?? [] };
  if (isEmpty(changes)) return { kind: "unchanged", function: of, reasons: [] };
  return { kind: "change", function: of, ...changes, warnings: [] };
}

/** The function's own arguments, as they would be passed to `ObservedFunction`. */
function functionView(of: FunctionState, { layers, variables }: Configuration) {
  const { region, runtime, architectures, packageType, role, timeout, memorySize } = of;
  return {
    region,
    runtime,
    architectures: [...architectures],
    packageType,
    role,
    timeout,
    memorySize,
    layers: [...layers],
    environment: { variables: { ...variables } },
    ...(of.usesManagedInstances && { capacityProviderConfig: "given" as const }),
  };
}

/** Layers and variables of an observed function. */
export function observed(view: FunctionView, { layers, variables }: Configuration): Configuration {
  const { extension, settings, runtime, packageType } = view;
  const autoInstrumentation = view.autoInstrumentation as object | undefined;
  const planned = [
    ...planTelemetry(plannedArguments(view), plainValues),
    ...planInstrumentation({ autoInstrumentation, extension, settings, runtime, packageType }, plainValues),
  ];
  const added = [instrumentationLayerArn(view), extensionLayerArn(view)];
  return {
    layers: [...layers, ...added.filter((arn) => arn !== undefined)],
    variables: mergeEnvironment<string>(variables, planned).variables,
  };
}

function readingPolicies(
  of: FunctionState,
  { variables }: Configuration,
  telemetry: Telemetry,
  existing: RolePolicies,
): PolicyChange[] {
  const name = secretsPolicyName(of);
  const { secretArns, secretKmsKeyArns } = telemetry as Record<string, readonly string[] | undefined>;
  const after = readingPolicy(variables, { secretArns, secretKmsKeyArns });
  const before = existing[name];
  return samePolicy(before, after) ? [] : [{ name, before, after }];
}

function split(policies: readonly PolicyChange[]): Pick<PlannedChange, "policies" | "obsolete"> {
  return {
    policies: policies.filter(({ after }) => after !== undefined),
    obsolete: policies.filter(({ after }) => after === undefined),
  };
}

/** Why a role has no room for these additional policies. */
export function roleWithoutRoom(
  existing: RolePolicies,
  changes: readonly PolicyChange[],
): string | undefined {
  if (changes.length === 0) return undefined;
  const changed = Object.fromEntries(changes.map(({ name, after = "" }) => [name, after]));
  return checkInlinePolicies(Object.values({ ...existing, ...changed }).map(policyLength));
}

function configurationOf({ layers, variables }: FunctionState): Configuration {
  return { layers, variables };
}

function isEmpty({
  before,
  after,
  policies,
  obsolete,
}: Omit<PlannedChange, "kind" | "function" | "warnings">): boolean {
  return sameConfiguration(before, after) && policies.length + obsolete.length === 0;
}

/** Whether two configurations are the same; the order of variables is irrelevant. */
export function sameConfiguration(one: Configuration, other: Configuration): boolean {
  const sorted = ({ variables }: Configuration) =>
    Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    JSON.stringify(one.layers) === JSON.stringify(other.layers) &&
    JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
  );
}

/** IAM returns a policy as it was written, except for white space. */
export function samePolicy(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  try {
    return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));
  } catch {
    return one === other;
  }
}
