import { RolePolicy } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { awaited } from "./awaited";
import { namedResource } from "./namedResource";
import type { ObservedFunctionArgs } from "./observedFunctionArgs";
import { isAutomaticName } from "./plan/automaticNames";
import {
  durableStatement,
  functionArn,
  type PolicyStatement,
  parseRoleArn,
  policyDocument,
} from "./plan/policies";
import { policyNames } from "./plan/resourceNames";
import { withoutPositions } from "./pulumi/sourcePositions";
import { orStopUpdate } from "./stopUpdate";

/** A function, by its role and by what its name may be before it exists. */
export interface NamedFunction {
  args: ObservedFunctionArgs;
  role: { arn: pulumi.Output<string>; name: pulumi.Output<string>; isGiven: boolean };
  region: () => pulumi.Input<string>;
  /** Its name, or with IAM's wildcards the names that it may get; undefined where these are not known. */
  names: pulumi.Input<string[]> | undefined;
}

/** What the made role of a durable function needs to save and to read its progress; nothing for other functions. */
export function durableStatements({
  args,
  role,
  region,
  names,
}: NamedFunction): pulumi.Input<PolicyStatement>[] {
  if (args.durableConfig === undefined) return [];
  if (names === undefined) return [durableStatement()];
  return [
    pulumi
      .all([role.arn, region(), names])
      .apply(([arn, where, found]) => durableStatement(found.map((name) => ownArn(arn, where, name)))),
  ];
}

/**
 * Allows the same in a policy of its own where the function turns out to have another name than its role's policy allows:
 * a transform of the program may have given it.
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
  if (role.isGiven || names === undefined || args.durableConfig === undefined) return [];
  const [name, found] = await Promise.all([awaited(functionName), awaited(names)]);
  if (!name || !found || found.some((pattern) => isAutomaticName(name, pattern))) return [];
  const named = namedResource(component, policyNames, "-durable", options);
  const policy = pulumi
    .all([role.arn, region()])
    .apply(([arn, where]) => policyDocument([durableStatement([ownArn(arn, where, name)])]));
  return [withoutPositions(() => new RolePolicy(named.name, { role: role.name, policy }, named.options))];
}

/** ARN of a function in the account of its role. A role that is none has been reported already. */
function ownArn(roleArn: string, region: string, name: string): string {
  const identity = parseRoleArn(roleArn) ?? { partition: "aws", accountId: "*", roleName: "" };
  return functionArn(identity, region, name);
}
