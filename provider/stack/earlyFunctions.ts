import * as pulumi from "@pulumi/pulumi";
import {
  madeInFirstUpdate,
  mayBeRefreshed,
  refreshWitnesses,
  type StackOutputs,
  unseenFunctions,
} from "../plan/stack/earlyFunctions";
import type { FunctionChoice } from "../plan/stack/functionFilter";

/**
 * Looks whether the engine knows a component that is yet to be registered: then it knows it from a refresh of the state.
 * @param urn of the component.
 * @returns undefined if the component is not in the state, so that nothing tells.
 */
export async function isStateRefreshed(urn: string): Promise<boolean | undefined> {
  return urn in (await stackOutputs()) ? isRegistered(urn) : undefined;
}

/**
 * Functions that this preview or update registered before the stack's transform, so that they never came by it.
 *
 * The engine does not list what it has registered. What is in the stack's state, from before and, in an update, from this
 * run, it can say of each whether it is registered in this run. A function that is not in the state yet is not found: in
 * the first preview of a stack, that is any. After a refresh (`pulumi up --refresh`) the engine says so of all of the
 * state, and nothing is found.
 * @param seen URNs of the functions that came by.
 * @param refreshed whether the state was refreshed, if that is known.
 */
export async function findEarlyFunctions(
  choice: FunctionChoice,
  seen: ReadonlySet<string>,
  refreshed: boolean | undefined,
): Promise<string[]> {
  if (refreshed) return [];
  const outputs = await stackOutputs();
  const suspects = unseenFunctions(outputs, choice, seen);
  const registered = await areRegistered(suspects);
  const found = suspects.filter((_, i) => registered[i]);
  const certain = refreshed === false || found.length === 0 || !(await engineMayHaveRefreshed(outputs));
  const early = certain ? found : madeInFirstUpdate(outputs, found, Date.now());
  // What came by meanwhile did so after it was asked about.
  return early.filter((urn) => !seen.has(urn));
}

async function engineMayHaveRefreshed(outputs: StackOutputs): Promise<boolean> {
  return mayBeRefreshed(await areRegistered(refreshWitnesses(outputs)));
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
