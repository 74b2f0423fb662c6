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
 * Checks whether the engine knows a component that has not been registered yet: then it knows it from a refresh of the
 * state.
 * @param urn of the component.
 * @returns undefined if the component is not in the state, so that this cannot be determined.
 */
export async function isStateRefreshed(urn: string): Promise<boolean | undefined> {
  return urn in (await stackOutputs()) ? isRegistered(urn) : undefined;
}

/**
 * Functions that this preview or update registered before the stack's transform, so that the transform never saw them.
 *
 * The engine does not list what it has registered. For each function in the stack's state, from before and, in an
 * update, from this run, it can tell whether it was registered in this run. A function that is not in the state yet is
 * not found: in the first preview of a stack this applies to all. After a refresh (`pulumi up --refresh`) the engine
 * reports this for the whole state, and nothing is found.
 * @param seen URNs of the functions that the transform saw.
 * @param refreshed whether the state was refreshed, if known.
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
  // Functions that the transform has seen since then were registered after the query.
  return early.filter((urn) => !seen.has(urn));
}

async function engineMayHaveRefreshed(outputs: StackOutputs): Promise<boolean> {
  return mayBeRefreshed(await areRegistered(refreshWitnesses(outputs)));
}

/** Outputs of the resources in the stack's state, by URN; none if the engine does not return them. */
async function stackOutputs(): Promise<StackOutputs> {
  for (const stackName of stackNames()) {
    try {
      const found = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
      return found?.outputs ?? {};
    } catch {
      // Each backend accepts different names.
    }
  }
  return {};
}

/** Possible names of this stack in the backend. File and bucket backends only have an organization with this name. */
function stackNames(): string[] {
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  return [`${organization()}/${project}/${stack}`, stack];
}

/** Engines may not pass the organization to a provider (3.200 does not), and Pulumi throws if it is missing. */
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
