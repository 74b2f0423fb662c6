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

/** An inline policy that belongs to one component, whose name and this suffix are its name. */
export function componentPolicy(
  component: string,
  suffix: string,
  { role, policy }: { role: Pick<PolicyRole, "name">; policy: pulumi.Input<string> },
  options: pulumi.CustomResourceOptions,
): RolePolicy {
  const named = namedResource(component, policyNames, suffix, options);
  return withoutPositions(() => new RolePolicy(named.name, { role: role.name, policy }, named.options));
}

/** What a role is to be allowed for a name that is only certain once there is the function. */
export interface CertainName {
  role: PolicyRole;
  region: () => pulumi.Input<string>;
  /** The name. */
  name: pulumi.Input<string>;
  /** The names that the role's policy allows already, or patterns of them. */
  allowed: pulumi.Input<string[]>;
  statement(roleArn: string, region: string, name: string): PolicyStatement;
}

/**
 * A policy of its own for a name that is not among those that the role's policy allows: a transform of the program may have
 * given the function another.
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
