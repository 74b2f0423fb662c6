import { RolePolicy } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { isAutomaticName } from "../plan/names/automaticNames";
import { policyNames } from "../plan/names/resourceNames";
import { type PolicyStatement, policyDocument } from "../plan/policies/statements";
import { awaited } from "../pulumi/inputs";
import { namedResource } from "../pulumi/namedResource";
import { withoutPositions } from "../pulumi/sourcePositions";

/** The role that an inline policy belongs to. */
interface PolicyRole {
  arn: pulumi.Output<string>;
  name: pulumi.Output<string>;
}

/** An inline policy that belongs to one component, named after it with this suffix. */
export function componentPolicy(
  component: string,
  suffix: string,
  { role, policy }: { role: Pick<PolicyRole, "name">; policy: pulumi.Input<string> },
  options: pulumi.CustomResourceOptions,
): RolePolicy {
  const named = namedResource(component, policyNames, suffix, options);
  return withoutPositions(() => new RolePolicy(named.name, { role: role.name, policy }, named.options));
}

/** Permissions of a role for a name that is only certain once the function exists. */
export interface CertainName {
  role: PolicyRole;
  region: () => pulumi.Input<string>;
  /** The name. */
  name: pulumi.Input<string>;
  /** The names that the role's policy already allows, or patterns of them. */
  allowed: pulumi.Input<string[]>;
  statement(roleArn: string, region: string, name: string): PolicyStatement;
}

/**
 * A separate policy for a name that is not among those that the role's policy allows: a transform of the program may
 * have given the function another name.
 */
export async function otherNamePolicy(
  component: string,
  suffix: string,
  { role, region, name, allowed, statement }: CertainName,
  options: pulumi.CustomResourceOptions,
): Promise<RolePolicy[]> {
  const [certain, patterns] = await Promise.all([awaited(name), awaited(allowed)]);
  if (!certain || !patterns || patterns.some((pattern) => isAutomaticName(certain, pattern))) return [];
  const policy = pulumi
    .all([role.arn, region()])
    .apply(([arn, where]) => policyDocument([statement(arn, where, certain)]));
  return [componentPolicy(component, suffix, { role, policy }, options)];
}
