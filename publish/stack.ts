import { getRegions } from "@pulumi/aws/getRegions";
import * as pulumi from "@pulumi/pulumi";
import { type Architecture, ExtensionLayers, type LayerPermissionsArgs } from "../index";
import { chooseRegions } from "../provider/plan/layers/publicationRegions";
import { describeProblems } from "../provider/plan/problem";

/**
 * The Pulumi program of this folder's Pulumi.yaml, which documents its configuration: publishes the built layers to the
 * account, in every commercial region that it has enabled unless told otherwise.
 */
async function publishLayers() {
  const config = new pulumi.Config();
  const wanted = {
    regions: listFrom(config, "regions"),
    additionalRegions: listFrom(config, "additionalRegions"),
  };
  const { regions, skipped, problems } = chooseRegions(wanted, await enabledRegions());
  if (problems.length > 0) {
    throw new pulumi.RunError(`The stack's configuration is not valid:\n${describeProblems(problems)}`);
  }
  if (skipped.length > 0) {
    void pulumi.log.warn(
      `Nothing is published in ${skipped.join(", ")}: the account has not enabled ${skipped.length === 1 ? "it" : "them"} ` +
        "(AWS console, Account, AWS Regions; or `aws account enable-region`). Enable what you need and update again.",
    );
  }
  const layers = new ExtensionLayers("clickstack-extension", {
    regions,
    architectures: listFrom(config, "architectures") as Architecture[] | undefined,
    namePrefix: config.get("namePrefix"),
    tracing: config.getBoolean("tracing"),
    permissions: permissionsFrom(config),
    retain: config.getBoolean("retain"),
  });
  const { layerVersionArns, tracingLayerVersionArns, manifest } = layers;
  return { layerVersionArns, tracingLayerVersionArns, manifest, skippedRegions: skipped };
}

/** The regions that the account can use, or undefined if that may not be queried. */
async function enabledRegions(): Promise<string[] | undefined> {
  try {
    return (await getRegions({})).names;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void pulumi.log.warn(
      `The account's regions cannot be read (the permission ec2:DescribeRegions is needed): ${reason}\n` +
        "Publishing in the regions that every account has, and in those that the configuration names.",
    );
    return undefined;
  }
}

/** `pulumi config set --path` stores values that look like numbers as numbers, without leading zeros. */
function permissionsFrom(config: pulumi.Config): LayerPermissionsArgs | undefined {
  const permissions = config.getObject<LayerPermissionsArgs>("permissions");
  if (!Array.isArray(permissions?.accountIds)) return permissions;
  const accountIds = permissions.accountIds.map((id: unknown) =>
    typeof id === "number" ? String(id).padStart(12, "0") : String(id),
  );
  return { ...permissions, accountIds };
}

function listFrom(config: pulumi.Config, key: string): string[] | undefined {
  const value = config.getObject<unknown>(key);
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new pulumi.RunError(
    `The configuration "${key}" must be a list. Set its items one by one: pulumi config set --path '${key}[0]' …`,
  );
}

export = publishLayers;
