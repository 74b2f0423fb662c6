import { createHash } from "node:crypto";
import { RolePolicy } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { invalidArguments } from "../check/arguments";
import { policyNames, resourceName } from "../plan/names/resourceNames";
import { checkInlinePolicies, policyLength } from "../plan/policies/inlinePolicies";
import { awaited } from "../pulumi/inputs";
import { perDeployment, servesPackage } from "../pulumi/perDeployment";
import { withoutPositions } from "../pulumi/sourcePositions";
import { originOf } from "../pulumi/valueOrigin";
import { componentPolicy } from "./componentPolicy";

/** A policy for an existing role of the program, perhaps for several functions. */
export interface GivenRolePolicy {
  /** Name of the function's component in the program. */
  component: string;
  /** Suffix of the policy's name. */
  suffix: string;
  role: { arn: pulumi.Output<string>; name: pulumi.Output<string> };
  document: pulumi.Input<string>;
  /** Length of the document as far as it is known; used while the document itself is not known. */
  length?: () => Promise<number>;
  /**
   * What the document is made of, without values that only the update knows. Functions with the same origin share one
   * policy on their role. Undefined if it belongs to one function only.
   */
  origin?: () => Promise<string | undefined>;
}

/** A policy that functions share, with its inputs; a value is undefined while it is not known. */
interface SharedPolicy {
  policy: RolePolicy;
  roleArn: string | undefined;
  document: string | undefined;
}

/** The policies of one deployment. */
interface DeploymentPolicies {
  shared: Map<string, SharedPolicy[]>;
  /** Lengths of the policies of each role. */
  lengths: Map<string, number[]>;
  /** Errors for roles whose policies are too long. */
  refused: Map<string, Error>;
}

/**
 * The policies of the current deployment; undefined if others may create policies for the same program, as in somebody
 * else's component provider: two processes must not register the same resource.
 */
const deploymentPolicies = perDeployment<DeploymentPolicies>(() => ({
  shared: new Map(),
  lengths: new Map(),
  refused: new Map(),
}));

/**
 * Gives a role a policy, the same one for all functions that need the same permissions with it, since the total size of
 * a role's inline policies is limited.
 * @throws InputPropertiesError if the known policies of the role are too long in total.
 */
export async function givenRolePolicy(
  of: GivenRolePolicy,
  options: pulumi.CustomResourceOptions,
): Promise<RolePolicy[]> {
  const needed = (await awaited(options.dependsOn)) ?? [];
  const role = await roleOf(of, [needed].flat());
  const policies = role && deploymentPolicies();
  const { component, suffix, document: policy } = of;
  const ownPolicy = () => [componentPolicy(component, suffix, { role: of.role, policy }, options)];
  if (role === undefined || policies === undefined) return ownPolicy();
  const [roleArn, document, origin, shared] = await Promise.all([
    awaited(of.role.arn),
    awaited(of.document),
    of.origin?.(),
    sharedOptions(role.urns, options),
  ]);
  const length = document === undefined ? ((await of.length?.()) ?? 0) : policyLength(document);
  const known = { roleArn, document };
  // From here on nothing is awaited, so that no other function can interleave. The program and the package's provider
  // each have their own: neither knows what the other has created.
  const maker = servesPackage() ? "provider" : "program";
  const key = origin && [role.id, of.suffix, origin, shared.provider, maker].join("\n");
  const others = (key && policies.shared.get(key)) || [];
  const same = others.find((other) => fits(other, known));
  if (same !== undefined) return [same.policy];
  checkRoom(of.component, policies, role.id, length);
  if (!key) return ownPolicy();
  const differing = others.length === 0 ? [] : [roleArn, document];
  const name = sharedName(role.label, of.suffix, [key, ...differing]);
  const inputs = { role: withOrigin(of.role.name, role.urns), policy };
  const made = withoutPositions(() => new RolePolicy(name, inputs, shared.options));
  policies.shared.set(key, [...others, { ...known, policy: made }]);
  return [made];
}

/** Whether a policy is what another function needs. Unknown values are assumed to be equal. */
function fits(other: Omit<SharedPolicy, "policy">, known: Omit<SharedPolicy, "policy">): boolean {
  return (["roleArn", "document"] as const).every(
    (what) => other[what] === undefined || known[what] === undefined || other[what] === known[what],
  );
}

function checkRoom(
  component: string,
  { lengths, refused }: DeploymentPolicies,
  role: string,
  length: number,
): void {
  const ofRole = [...(lengths.get(role) ?? []), length];
  lengths.set(role, ofRole);
  const reason = checkInlinePolicies(ofRole);
  if (reason === undefined) return;
  // The same error for all functions that exceed the limit: Pulumi shows it once.
  const error = refused.get(role) ?? invalidArguments(component, [{ propertyPath: "role", reason }]);
  refused.set(role, error);
  throw error;
}

/**
 * The identity of a role in this program, the same in a preview and in its update; undefined if it cannot be
 * determined.
 */
async function roleOf({ role }: GivenRolePolicy, needed: pulumi.Input<pulumi.Resource>[]) {
  const { urns, texts } = await originOf(role.arn);
  // A transform receives the role's ARN without the role, which is among the function's dependencies.
  const others =
    urns.length > 0 ? [] : await Promise.all(needed.map(async (one) => awaited((await awaited(one))?.urn)));
  const roles = others.filter((urn): urn is string => urn !== undefined && isRole(urn));
  const from = urns.length > 0 ? urns : roles.length === 1 ? roles : [];
  const id = from.length > 0 ? from.join() : texts[0];
  if (id === undefined) return undefined;
  return { id, urns: from, label: id.split(/::|\//).at(-1) ?? "" };
}

/**
 * A value that depends on these resources, whether it came with them or as the text that a transform receives: a
 * preview's plan has to match the update, in which another one of the functions may be the first.
 */
function withOrigin(value: pulumi.Output<string>, urns: readonly string[]): pulumi.Output<string> {
  const origins = urns.map((urn) => new pulumi.DependencyResource(urn).urn);
  return pulumi.all([value, ...origins]).apply(([found]) => found);
}

function isRole(urn: string): boolean {
  return /[:$]aws:iam\/role:Role::/.test(urn);
}

function sharedName(label: string, suffix: string, parts: readonly (string | undefined)[]): string {
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 10);
  return resourceName(`${label}-clickstack`, policyNames, `${suffix}-${hash}`);
}

/**
 * Options of resources that belong to several functions: none of the functions' options apply, except for the provider.
 * The resource belongs to the stack, and is deleted before the role.
 */
async function sharedOptions(
  urns: readonly string[],
  { provider: given, parent }: pulumi.CustomResourceOptions,
): Promise<{ options: pulumi.CustomResourceOptions; provider: string }> {
  const provider = given ?? parent?.getProvider("aws:iam/rolePolicy:RolePolicy");
  const options = {
    ...(servesPackage() ? { parent: new pulumi.DependencyResource(stackUrn()) } : {}),
    ...(provider === undefined ? {} : { provider }),
    dependsOn: urns.filter(isRole).map((urn) => new pulumi.DependencyResource(urn)),
  };
  return { options, provider: (await awaited(provider?.urn)) ?? "" };
}

function stackUrn(): string {
  const [stack, project] = [pulumi.getStack(), pulumi.getProject()];
  return `urn:pulumi:${stack}::${project}::pulumi:pulumi:Stack::${project}-${stack}`;
}
