import * as pulumi from "@pulumi/pulumi";
import {
  changedSince,
  isRefreshed,
  refreshWitnesses,
  type StackOutputs,
  unseenFunctions,
} from "./plan/earlyFunctions";
import type { FunctionChoice } from "./plan/functionFilter";

/** What is known of a preview or update before its stack is observed. */
export interface RunStart {
  /** Time in milliseconds before which nothing was registered, or the observer's own if that is not known. */
  time: number;
  /** Whether the engine refreshed the state first; undefined if nothing tells. */
  isRefreshed?: boolean;
}

/**
 * Looks whether the engine knows a component that is yet to be registered: then it knows it from a refresh.
 * @param urn of the component.
 */
export async function runStart(urn: string): Promise<RunStart> {
  // The plugin is started for one preview or update.
  const time = Date.now() - process.uptime() * 1000;
  const isOld = urn in (await stackOutputs());
  return isOld ? { time, isRefreshed: await isRegistered(urn) } : { time };
}

/**
 * Functions that this preview or update registered before the stack's transform, so that they never came by it.
 *
 * The engine does not list what it has registered. What is in the stack's state, from before and, in an update, from this
 * run, it can say of each whether it is registered in this run. A function that is not in the state yet is not found: in
 * the first preview of a stack, that is any. After a refresh (`pulumi up --refresh`) the engine says so of all of the
 * state: then only functions are found that this run has made or changed already.
 * @param seen URNs of the functions that came by.
 */
export async function findEarlyFunctions(
  choice: FunctionChoice,
  seen: ReadonlySet<string>,
  start: RunStart,
): Promise<string[]> {
  const outputs = await stackOutputs();
  const suspects = unseenFunctions(outputs, choice, seen);
  const registered = await areRegistered(suspects);
  const found = suspects.filter((_, i) => registered[i]);
  const changed = changedSince(outputs, found, start.time);
  const refreshed = changed.length < found.length && (start.isRefreshed ?? (await engineRefreshed(outputs)));
  // What came by meanwhile did so after it was asked about.
  return (refreshed ? changed : found).filter((urn) => !seen.has(urn));
}

async function engineRefreshed(outputs: StackOutputs): Promise<boolean> {
  return isRefreshed(await areRegistered(refreshWitnesses(outputs)));
}

/** Outputs of the resources in the stack's state, by URN; none where the engine does not tell. */
async function stackOutputs(): Promise<StackOutputs> {
  for (const stackName of stackNames()) {
    try {
      const found = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
      return found?.outputs ?? {};
    } catch {
      // Each backend takes names of its own.
    }
  }
  return {};
}

/** How the backend may call this stack. Backends of files and buckets have no organization but one of this name. */
function stackNames(): string[] {
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  return [`${organization()}/${project}/${stack}`, stack];
}

/** Engines may not name the organization to a provider (3.200 does not), and Pulumi throws where it is not named. */
function organization(): string {
  try {
    return pulumi.getOrganization();
  } catch {
    return "organization";
  }
}

function areRegistered(urns: readonly string[]): Promise<boolean[]> {
  return Promise.all(urns.map(isRegistered));
}

/** Whether a resource has been registered in this preview or update, or was refreshed in it. */
async function isRegistered(urn: string): Promise<boolean> {
  try {
    await pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn });
    return true;
  } catch {
    return false;
  }
}
