import type { RolePolicy } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import {
  durableStatement,
  functionArn,
  type PolicyStatement,
  roleIdentity,
} from "../plan/policies/statements";
import { orStopUpdate } from "../pulumi/stopUpdate";
import { otherNamePolicy } from "./componentPolicy";

/** A function with its role and its possible names before it exists. */
export interface NamedFunction {
  args: ObservedFunctionArgs;
  role: { arn: pulumi.Output<string>; name: pulumi.Output<string>; isGiven: boolean };
  region: () => pulumi.Input<string>;
  /** Its name, or with IAM's wildcards the names that it may get; undefined if these are not known. */
  names: () => pulumi.Input<string[]> | undefined;
}

/** What the created role of a durable function needs to save and read its progress; nothing for other functions. */
export function durableStatements({
  args,
  role,
  region,
  names,
}: NamedFunction): pulumi.Input<PolicyStatement>[] {
  if (args.durableConfig === undefined) return [];
  const possible = names();
  if (possible === undefined) return [durableStatement()];
  return [
    pulumi
      .all([role.arn, region(), possible])
      .apply(([arn, where, found]) => durableStatement(found.map((name) => ownArn(arn, where, name)))),
  ];
}

/**
 * Allows the same in a separate policy if the function turns out to have a name that its role's policy does not allow:
 * a transform of the program may have set it.
 */
export function allowOtherName(
  component: string,
  of: NamedFunction,
  functionName: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): void {
  const policy = otherDurablePolicy(component, of, functionName, options);
  orStopUpdate(component, policy).catch((error: Error) => pulumi.log.error(error.message));
}

async function otherDurablePolicy(
  component: string,
  { args, role, region, names }: NamedFunction,
  functionName: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): Promise<RolePolicy[]> {
  if (role.isGiven || args.durableConfig === undefined) return [];
  const allowed = names();
  if (allowed === undefined) return [];
  const statement = (arn: string, where: string, name: string) =>
    durableStatement([ownArn(arn, where, name)]);
  const certain = { role, region, name: functionName, allowed, statement };
  return otherNamePolicy(component, "-durable", certain, options);
}

/** ARN of a function in the account of its role. */
function ownArn(roleArn: string, region: string, name: string): string {
  return functionArn(roleIdentity(roleArn), region, name);
}
