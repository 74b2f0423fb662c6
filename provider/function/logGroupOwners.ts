import type * as pulumi from "@pulumi/pulumi";
import { invalidArguments } from "../check/arguments";
import { awaited } from "../pulumi/inputs";
import { perDeployment } from "../pulumi/perDeployment";

/** Names of the components that manage log groups, by provider, region and name of the group. */
const logGroupOwners = perDeployment(() => new Map<string, string>());

/**
 * Records that a component manages a log group.
 * @throws InputPropertiesError if another one already does: both would create or import the group, and it would be
 * deleted with the first of them.
 */
export async function claimLogGroup(
  component: string,
  group: { name: string | undefined; region: pulumi.Input<string> },
  { parent, provider }: pulumi.CustomResourceOptions,
): Promise<void> {
  const owners = logGroupOwners();
  if (owners === undefined || group.name === undefined) return;
  const aws = provider ?? parent?.getProvider("aws:index");
  const [urn, region] = await Promise.all([aws && awaited(aws.urn), awaited(group.region)]);
  const key = [urn ?? "", region ?? "", group.name].join(" ");
  const owner = owners.get(key) ?? component;
  owners.set(key, owner);
  if (owner === component) return;
  const reason = `the log group "${group.name}" has its retention from "${owner}" already: create it in the program (aws.cloudwatch.LogGroup with retentionInDays) and omit logRetentionInDays for both functions`;
  throw invalidArguments(component, [{ propertyPath: "logRetentionInDays", reason }]);
}
