import * as pulumi from "@pulumi/pulumi";
import { awaited } from "../pulumi/inputs";

/** Type of a role of the aws package. */
export const roleType = "aws:iam/role:Role";

/** The service that assumes the roles of Lambda@Edge functions (CloudFront Developer Guide, "Lambda@Edge roles"). */
const edgeService = "edgelambda.amazonaws.com";

/**
 * The stack's roles that CloudFront may use. Their functions can have neither layers nor environment variables
 * (CloudFront Developer Guide, "Restrictions on Lambda@Edge").
 */
export class EdgeRoles {
  private readonly urns = new Set<string>();

  /** Records a role that is being registered. */
  public async add(urn: string, { assumeRolePolicy }: pulumi.Inputs): Promise<void> {
    const policy: unknown = await awaited<unknown>(assumeRolePolicy);
    const text = typeof policy === "string" ? policy : JSON.stringify(policy ?? "");
    if (text.includes(edgeService)) this.urns.add(urn);
  }

  /** Whether a function has one of these roles, if its role belongs to this stack. */
  public async have({ props, opts }: pulumi.ResourceTransformArgs): Promise<boolean> {
    if (this.urns.size === 0) return false;
    const role: unknown = props.role;
    const ofRole = pulumi.Output.isInstance(role) ? await allResources(role) : [];
    // After another transform the role's ARN arrives without its role.
    const needed = [opts.dependsOn ?? []].flat() as pulumi.Resource[];
    const urns = await Promise.all([...ofRole, ...needed].map(({ urn }) => awaited(urn)));
    return urns.some((urn) => urn !== undefined && this.urns.has(urn));
  }
}

/** Resources that an output depends on. */
async function allResources(output: pulumi.Output<unknown>): Promise<pulumi.Resource[]> {
  const { allResources: all, resources } = output as unknown as {
    allResources?: () => Promise<Set<pulumi.Resource>>;
    resources: () => Set<pulumi.Resource>;
  };
  return [...(all ? await all() : resources())];
}
