import { LayerVersion, LayerVersionPermission } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { layerName, tracingLayerName } from "../../layers/manifest";
import { readVerifiedLayers } from "../../layers/verifiedLayers";
import type {
  ExtensionLayersArgs,
  LayerPermissionsArgs,
  PublishedLayers,
  PublishedTracingLayer,
} from "../args/extensionLayers";
import { invalidArguments, withoutSecrets } from "../check/arguments";
import { UNKNOWN } from "../plan/known";
import { checkOrganizationId, type LayerPermissions, layerStatements } from "../plan/layers/permissions";
import { layerAttributes, type PlannedLayer, planLayers } from "../plan/layers/publication";
import { awaited } from "../pulumi/inputs";
import { secretValues } from "../pulumi/secretValues";
import { orStopUpdate } from "../pulumi/stopUpdate";

/**
 * The ClickStack extension with light tracing as Lambda layers in your own account: one layer version for each region
 * and architecture, all from the same zip. A changed zip is published as new versions; an unchanged one changes
 * nothing.
 */
export class ExtensionLayers extends pulumi.ComponentResource {
  /**
   * ARNs of the layer versions by region, then by architecture, for `ObservedFunction`.
   */
  public readonly layerVersionArns: pulumi.Output<{ [region: string]: { [architecture: string]: string } }>;
  /**
   * ARNs of the layer versions with only light tracing, by region; empty without `tracing`.
   */
  public readonly tracingLayerVersionArns: pulumi.Output<{ [region: string]: string }>;
  /**
   * Everything that was published, for other stacks and tools.
   */
  public readonly manifest: pulumi.Output<PublishedLayers>;

  constructor(name: string, args: ExtensionLayersArgs, opts?: pulumi.ComponentResourceOptions) {
    const view = { ...args, permissions: plainPermissions(args.permissions) };
    const { planned, problems } = planLayers(view, readVerifiedLayers());
    if (problems.length > 0) throw invalidArguments(name, problems);
    super("clickstack-lambda:index:ExtensionLayers", name, args, opts);
    const dependsOn = orStopUpdate(name, checkOrganization(name, args));
    const published = planned.map((layer) => publish(name, layer, args, { parent: this, dependsOn }));

    const ofExtension = published.filter(({ layer }) => layer.architecture !== undefined);
    const ofTracing = published.filter(({ layer }) => layer.architecture === undefined);
    this.layerVersionArns = pulumi.output(
      Object.fromEntries(
        args.regions.map((region) => [
          region,
          Object.fromEntries(
            ofExtension
              .filter(({ layer }) => layer.region === region)
              .map(({ layer, layerVersionArn }) => [layer.architecture, layerVersionArn]),
          ),
        ]),
      ),
    );
    this.tracingLayerVersionArns = pulumi.output(
      Object.fromEntries(ofTracing.map(({ layer, layerVersionArn }) => [layer.region, layerVersionArn])),
    );
    this.manifest = pulumi.output({
      formatVersion: 1,
      layers: ofExtension.map(({ layer, ...one }) => ({
        ...publishedVersion({ layer, ...one }),
        architecture: String(layer.architecture),
        ...(layer.tracing && { tracing: true }),
      })),
      ...(ofTracing.length > 0 && { tracingLayers: ofTracing.map(publishedVersion) }),
    });
    this.registerOutputs({
      layerVersionArns: this.layerVersionArns,
      tracingLayerVersionArns: this.tracingLayerVersionArns,
      manifest: this.manifest,
    });
  }
}

/** A layer version with its permissions. */
interface Published {
  layer: PlannedLayer;
  version: LayerVersion;
  /** ARN of the version, available once its permissions exist, so that a function of another account finds both. */
  layerVersionArn: pulumi.Output<string>;
}

/** The manifest entry of a layer version. */
function publishedVersion({ layer, version, layerVersionArn }: Published): pulumi.Inputs & {
  [Name in keyof PublishedTracingLayer]: pulumi.Input<PublishedTracingLayer[Name]>;
} {
  const { region, sha256, unzippedSize } = layer;
  return {
    region,
    layerName: version.layerName,
    layerVersionArn,
    version: version.version,
    sha256,
    unzippedSize,
  };
}

function publish(
  name: string,
  layer: PlannedLayer,
  { namePrefix, permissions, retain = true }: ExtensionLayersArgs,
  component: pulumi.CustomResourceOptions,
): Published {
  const { region, architecture, path } = layer;
  const resourceName = `${name}-${region}-${architecture ?? "tracing"}`;
  // The engine's option instead of the resource's own skipDestroy, because a change of that would publish a new
  // version.
  const options = { ...component, retainOnDelete: retain };
  const version = new LayerVersion(
    resourceName,
    {
      region,
      ...layerAttributes(
        layer,
        architecture === undefined ? tracingLayerName(namePrefix) : layerName(architecture, namePrefix),
      ),
      code: new pulumi.asset.FileArchive(path),
      licenseInfo: "Apache-2.0",
    },
    options,
  );
  const granted = layerStatements(permissions).map(
    ({ statementId, principal, organizationId }) =>
      new LayerVersionPermission(
        `${resourceName}-${statementId}`,
        {
          region,
          layerName: version.layerName,
          versionNumber: version.version.apply(Number),
          statementId,
          action: "lambda:GetLayerVersion",
          principal,
          organizationId,
        },
        options,
      ),
  );
  // The URN is already known in a preview, and available when the resource exists.
  const layerVersionArn = pulumi.all([version.arn, ...granted.map(({ urn }) => urn)]).apply(([arn]) => arn);
  return { layer, version, layerVersionArn };
}

/** The permissions, with unknown values marked as such. */
function plainPermissions(permissions: LayerPermissionsArgs | undefined): LayerPermissions | undefined {
  if (permissions === undefined || permissions === null) return undefined;
  const { organizationId } = permissions;
  const isLater = pulumi.Output.isInstance(organizationId) || organizationId instanceof Promise;
  return { ...permissions, organizationId: isLater ? UNKNOWN : organizationId };
}

/**
 * Checks values that may only be known later.
 * @returns once they are known, resources that the layer versions have to wait for: none, but nothing is published
 * before.
 * @throws InputPropertiesError if the organization is not valid.
 */
export async function checkOrganization(
  name: string,
  { permissions }: ExtensionLayersArgs,
): Promise<pulumi.Resource[]> {
  const organizationId = (await awaited(permissions?.organizationId)) ?? undefined;
  const problems = organizationId === undefined ? [] : checkOrganizationId(organizationId);
  if (problems.length > 0) {
    throw invalidArguments(name, withoutSecrets(problems, await secretValues({ permissions })));
  }
  return [];
}
