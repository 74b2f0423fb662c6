import type { AwsClients } from "../aws/clients";
import { listFunctions, readFunction, updateFunction } from "../aws/functions";
import { readRolePolicies, writeRolePolicy } from "../aws/roles";
import { readFunctionTags } from "../aws/tags";
import type { RolePolicies } from "../plan/change";
import type { Configuration, FunctionState, Tags } from "../plan/functionState";

/** What changing functions takes of AWS. */
export interface ControlPlane {
  /** The functions of a region, without their tags and without what their last update came to. */
  list(region: string): AsyncIterable<FunctionState>;
  /** Tags of the region's functions that have any, by ARN, as they were some time ago. */
  tags(region: string): Promise<ReadonlyMap<string, Tags>>;
  /** A function with its tags; undefined where no function has this name. */
  read(region: string, name: string): Promise<FunctionState | undefined>;
  /** Changes a function, unless it has been changed since it was read. @returns it as Lambda answers, perhaps while the update goes on. */
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
}

/** AWS itself. The policies of a role are read once, and then known by what was written. */
export function awsControlPlane(clients: AwsClients): ControlPlane {
  const known = new Map<string, Promise<Record<string, string>>>();
  const policies = ({ role: arn, region }: Pick<FunctionState, "role" | "region">) => {
    const read = known.get(arn) ?? readRolePolicies(clients, { arn, region }).then((all) => ({ ...all }));
    known.set(arn, read);
    return read;
  };
  return {
    list: (region) => listFunctions(clients, region),
    tags: (region) => readFunctionTags(clients, region),
    read: (region, name) => readFunction(clients, region, name),
    update: (of, configuration) => updateFunction(clients, of, configuration),
    policies,
    async writePolicy(of, { name, document }) {
      await writeRolePolicy(clients, { arn: of.role, region: of.region }, { name, document });
      const all = await policies(of);
      if (document === undefined) delete all[name];
      else all[name] = document;
    },
  };
}
