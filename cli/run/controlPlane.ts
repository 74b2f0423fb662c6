import type { AwsClients } from "../aws/clients";
import { listFunctions, readFunction, updateFunction } from "../aws/functions";
import type { Clock } from "../aws/pace";
import { readRolePolicies, readRolePolicy, writeRolePolicy } from "../aws/roles";
import { readFunctionTags } from "../aws/tags";
import { type RolePolicies, samePolicy } from "../plan/change";
import type { Configuration, FunctionState, Tags } from "../plan/functionState";

/** The AWS operations for changing functions. */
export interface ControlPlane {
  /** The functions of a region, without their tags and without the status of their last update. */
  list(region: string): AsyncIterable<FunctionState>;
  /** Tags of the region's functions that have any, by ARN, possibly not up to date. */
  tags(region: string): Promise<ReadonlyMap<string, Tags>>;
  /** A function with its tags; undefined if no function has this name. */
  read(region: string, name: string): Promise<FunctionState | undefined>;
  /**
   * Changes a function, unless it has been changed since it was read.
   * @returns it from Lambda's response, perhaps while the update is in progress.
   */
  update(
    of: Pick<FunctionState, "name" | "region" | "revisionId">,
    configuration: Configuration,
  ): Promise<FunctionState>;
  /** All inline policies of a function's role. */
  policies(of: Pick<FunctionState, "role" | "region">): Promise<RolePolicies>;
  /** Writes an inline policy of a function's role; without a document it deletes it. */
  writePolicy(
    of: Pick<FunctionState, "role" | "region">,
    policy: { name: string; document: string | undefined },
  ): Promise<void>;
  /**
   * Waits until IAM shows the policy that was written last: it is eventually consistent, and the next command goes by what it
   * shows.
   * @returns that policy, where IAM does not show it within {@link shownTimeoutMs}.
   */
  untilShown(clock: Clock): Promise<WrittenPolicy | undefined>;
}

/** A policy as it was written; without a document it was deleted. */
export interface WrittenPolicy {
  of: Pick<FunctionState, "role" | "region">;
  name: string;
  document: string | undefined;
}

/** Milliseconds to wait for IAM: most changes show within seconds. */
const shownTimeoutMs = 30_000;

/** Milliseconds between two looks. */
const shownPollMs = 1000;

/** AWS itself. The policies of a role are read once, and then updated with what was written. */
export function awsControlPlane(clients: AwsClients): ControlPlane {
  const known = new Map<string, Promise<Record<string, string>>>();
  const policies = ({ role: arn, region }: Pick<FunctionState, "role" | "region">) => {
    const read = known.get(arn) ?? readRolePolicies(clients, { arn, region }).then((all) => ({ ...all }));
    known.set(arn, read);
    return read;
  };
  let last: WrittenPolicy | undefined;
  return {
    list: (region) => listFunctions(clients, region),
    tags: (region) => readFunctionTags(clients, region),
    read: (region, name) => readFunction(clients, region, name),
    update: (of, configuration) => updateFunction(clients, of, configuration),
    policies,
    async writePolicy(of, { name, document }) {
      await writeRolePolicy(clients, { arn: of.role, region: of.region }, { name, document });
      last = { of, name, document };
      const all = await policies(of);
      if (document === undefined) delete all[name];
      else all[name] = document;
    },
    untilShown: async (clock) =>
      last === undefined || (await isShownInTime(clients, last, clock)) ? undefined : last,
  };
}

async function isShownInTime(
  clients: AwsClients,
  { of, name, document }: WrittenPolicy,
  clock: Clock,
): Promise<boolean> {
  const deadline = clock.now() + shownTimeoutMs;
  for (;;) {
    try {
      const shown = await readRolePolicy(clients, { arn: of.role, region: of.region }, name);
      if (samePolicy(shown, document)) return true;
    } catch {
      // Who may not read it cannot wait for it either, and what the command had to do is done.
      return true;
    }
    if (clock.now() >= deadline) return false;
    await clock.sleep(shownPollMs);
  }
}
