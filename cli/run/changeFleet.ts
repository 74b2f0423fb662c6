import pMap from "p-map";
import { describeError } from "../aws/awsError";
import type { Plan, PlannedChange, RolePolicies } from "../plan/change";
import type { FunctionState } from "../plan/functionState";
import { type ApplyOptions, applyChange, type Outcome } from "./applyChange";
import type { ControlPlane } from "./controlPlane";

/** The result for one function. */
export interface FunctionResult {
  function: Pick<FunctionState, "name" | "region"> & { logGroup?: string };
  kind: "unchanged" | "skipped" | "planned" | "failed" | Outcome["kind"];
  /** Why it was not changed, one sentence each. */
  reasons: string[];
  plan?: PlannedChange;
}

/** How changes are planned. */
export interface Planner {
  plan(of: FunctionState, policies: RolePolicies): Plan;
  /**
   * Whether the policies of the role make a difference. Reading them costs several requests per role.
   * @param unread the plan without them.
   */
  readsPolicies(unread: Plan): boolean;
}

/** Plans the change of every function. A function whose role cannot be read already has a result. */
export async function planFleet(
  plane: Pick<ControlPlane, "policies">,
  functions: readonly FunctionState[],
  planner: Planner,
): Promise<FunctionResult[]> {
  const plan = async (of: FunctionState): Promise<FunctionResult> => {
    const unread = planner.plan(of, {});
    if (!planner.readsPolicies(unread)) return resultOf(unread);
    try {
      return resultOf(planner.plan(of, await plane.policies(of)));
    } catch (error) {
      return { function: of, kind: "failed", reasons: [`its role cannot be read: ${describeError(error)}`] };
    }
  };
  return pMap(functions, plan, { concurrency: 20 });
}

/** Options for changing functions. */
export interface FleetOptions extends ApplyOptions {
  /** Functions of a region that are changed at the same time. */
  concurrency: number;
  /** Called as each is done. */
  done?: (result: FunctionResult) => void;
  /** Once it is aborted no further function is started; those in progress are completed. */
  signal?: AbortSignal;
}

/** Executes the plans, regions concurrently, and returns all results in the order of the plans. */
export async function changeFleet(
  plane: ControlPlane,
  planned: readonly FunctionResult[],
  options: FleetOptions,
): Promise<FunctionResult[]> {
  const results = new Map<FunctionResult, FunctionResult>();
  const one = async (result: FunctionResult) => {
    if (result.plan === undefined || options.signal?.aborted) return;
    const { kind, reason } = await applyChange(plane, result.plan, options);
    const changed = { ...result, kind, reasons: reason === undefined ? [] : [reason] };
    results.set(result, changed);
    options.done?.(changed);
  };
  const regions = [...new Set(planned.map((result) => result.function.region))];
  const inRegion = (region: string) =>
    pMap(
      planned.filter((result) => result.function.region === region),
      one,
      { concurrency: options.concurrency },
    );
  await Promise.all(regions.map(inRegion));
  return planned.map((result) => results.get(result) ?? result);
}

function resultOf(plan: Plan): FunctionResult {
  if (plan.kind === "change") return { function: plan.function, kind: "planned", reasons: [], plan };
  const reasons = plan.reasons.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
  return { function: plan.function, kind: plan.kind, reasons };
}
