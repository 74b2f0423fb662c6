import { awsErrorName, describeError } from "../aws/awsError";
import type { Clock } from "../aws/pace";
import { type PlannedChange, type PolicyChange, sameConfiguration } from "../plan/change";
import type { Configuration, FunctionState } from "../plan/functionState";
import type { ControlPlane } from "./controlPlane";

/** The result of a change. */
export interface Outcome {
  /** `restored`: a step failed and everything that had been done before was undone. */
  kind: "changed" | "restored" | "unfinished";
  /** What failed, and for `unfinished` what could not be undone. */
  reason?: string;
}

/** Time limits. */
export interface ApplyOptions {
  clock: Clock;
  /** Milliseconds that Lambda may take for one update. */
  updateTimeoutMs: number;
}

type Undo = () => Promise<void>;

/**
 * Changes one function: policies, then the configuration, then obsolete policies. Undoes everything if a step fails. If
 * it is interrupted at any point, the function has either the whole configuration or nothing of it, and a second run
 * completes it.
 */
export async function applyChange(
  plane: ControlPlane,
  change: PlannedChange,
  options: ApplyOptions,
): Promise<Outcome> {
  const undo: Undo[] = [];
  try {
    const current = isSettled(change.function)
      ? change.function
      : await settled(plane, change.function, options);
    if (!isSame(current, change.function))
      throw new Error("its configuration has changed since the change was planned");
    for (const policy of change.policies) await writePolicy(plane, change, policy, undo);
    if (!sameConfiguration(change.before, change.after))
      await configure(plane, current, change, undo, options);
    for (const policy of change.obsolete) await writePolicy(plane, change, policy, undo);
    return { kind: "changed" };
  } catch (error) {
    return takeBack(undo, describeError(error));
  }
}

/** Whether the inputs of a planned change are unchanged; the revision id differs after every update. */
function isSame(one: FunctionState, other: FunctionState): boolean {
  const others = ({ role, runtime, architectures, packageType, timeout, memorySize }: FunctionState) =>
    JSON.stringify([role, runtime, architectures, packageType, timeout, memorySize]);
  return sameConfiguration(one, other) && others(one) === others(other);
}

async function writePolicy(
  plane: ControlPlane,
  { function: of }: PlannedChange,
  { name, before, after }: PolicyChange,
  undo: Undo[],
): Promise<void> {
  // A request that failed may have been executed.
  undo.push(() => plane.writePolicy(of, { name, document: before }));
  await plane.writePolicy(of, { name, document: after });
}

async function configure(
  plane: ControlPlane,
  of: FunctionState,
  { before, after }: PlannedChange,
  undo: Undo[],
  options: ApplyOptions,
): Promise<void> {
  undo.push(() => restore(plane, of, { before, after }, options));
  const updated = await settled(plane, of, options, firstWaitMs(await update(plane, of, after, options)));
  if (updated.lastUpdateStatus === "Failed") {
    throw new Error(
      `Lambda could not carry out the update: ${updated.lastUpdateReason ?? "it gave no reason"}`,
    );
  }
}

/**
 * Errors that indicate another update, such as a deployment of the code: in progress, or since the function was listed.
 */
const updatedByOthers = ["ResourceConflictException", "PreconditionFailedException"];

/** Updates the function, and retries once if another update came in between that did not change the plan's inputs. */
async function update(
  plane: ControlPlane,
  of: FunctionState,
  after: Configuration,
  options: ApplyOptions,
): Promise<FunctionState> {
  try {
    return await plane.update(of, after);
  } catch (error) {
    if (!updatedByOthers.includes(awsErrorName(error) ?? "")) throw error;
    const current = await settled(plane, of, options, pollMs);
    // The update was executed and its response was lost, so the SDK sent it again.
    if (sameConfiguration(current, after)) return current;
    if (!isSame(current, of)) throw error;
    return plane.update(current, after);
  }
}

/**
 * Restores a function's former configuration, if it still has the one from this run. Later changes by others are kept.
 */
async function restore(
  plane: ControlPlane,
  of: FunctionState,
  { before, after }: { before: Configuration; after: Configuration },
  options: ApplyOptions,
): Promise<void> {
  const current = await plane.read(of.region, of.name);
  if (current === undefined || !sameConfiguration(current, after)) return;
  if (current.lastUpdateStatus === "InProgress") throw new Error("its update is still in progress");
  await settled(plane, of, options, firstWaitMs(await plane.update(current, before)));
}

/** Stops if a step fails: the remaining parts of the change may need what the further steps would remove. */
async function takeBack(undo: Undo[], reason: string): Promise<Outcome> {
  for (const step of undo.reverse()) {
    try {
      await step();
    } catch (error) {
      return {
        kind: "unfinished",
        reason: `${reason}; the change could not be undone: ${describeError(error)}. Run the command again to complete it`,
      };
    }
  }
  return { kind: "restored", reason };
}

/** Milliseconds between two queries of an update's status. */
const pollMs = 1000;

/** An update that has just begun takes a second or two, and each query costs a request. */
const beginMs = 2000;

function firstWaitMs(answered: FunctionState): number {
  return answered.lastUpdateStatus === "InProgress" ? beginMs : 0;
}

/**
 * Waits until no update of the function is in progress.
 * @param waitMs before the first query.
 * @throws if the function no longer exists, or if that takes too long.
 */
async function settled(
  plane: ControlPlane,
  { region, name }: Pick<FunctionState, "region" | "name">,
  { clock, updateTimeoutMs }: ApplyOptions,
  waitMs = 0,
): Promise<FunctionState> {
  const started = clock.now();
  if (waitMs > 0) await clock.sleep(waitMs);
  for (;;) {
    const current = await plane.read(region, name);
    if (current === undefined) throw new Error("the function was deleted in the meantime");
    if (isSettled(current)) return current;
    if (clock.now() - started >= updateTimeoutMs) {
      throw new Error(
        `an update of the function has been in progress for ${Math.round(updateTimeoutMs / 1000)} s`,
      );
    }
    await clock.sleep(pollMs);
  }
}

function isSettled({ lastUpdateStatus, state }: FunctionState): boolean {
  return lastUpdateStatus !== "InProgress" && state !== "Pending";
}
