import * as pulumi from "@pulumi/pulumi";
import { type StackOutputs, unseenFunctions } from "./plan/earlyFunctions";
import type { FunctionChoice } from "./plan/functionFilter";

/**
 * Functions that this preview or update registered before the stack's transform, so that they never came by it.
 *
 * The engine does not list what it has registered. What is in the stack's state, from before and, in an update, from this
 * run, it can say of each whether it is registered in this run. A function that is not in the state yet is not found: in
 * the first preview of a stack, that is any.
 * @param seen URNs of the functions that came by.
 */
export async function findEarlyFunctions(
  choice: FunctionChoice,
  seen: ReadonlySet<string>,
): Promise<string[]> {
  const outputs = await stackOutputs();
  const suspects = unseenFunctions(outputs, choice, seen);
  const registered = await Promise.all(suspects.map(isRegistered));
  // What came by meanwhile did so after it was asked about.
  return suspects.filter((urn, i) => registered[i] && !seen.has(urn));
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

/** Whether a resource has been registered in this preview or update. */
async function isRegistered(urn: string): Promise<boolean> {
  try {
    await pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn });
    return true;
  } catch {
    return false;
  }
}
