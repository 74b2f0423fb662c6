import { LayerVersion } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { layerName, readLayerManifest } from "../layers/manifest";
import { invalidArguments } from "./argumentCheck";
import type { ExtensionLayersArgs, PublishedLayers } from "./extensionLayersArgs";
import { type PlannedLayer, planLayers } from "./plan/publication";
import { compatibleRuntimes } from "./plan/runtimes";

/**
 * The ClickStack extension as Lambda layers in an account of your own: one layer version for each region and
 * architecture, all of the same zip. A changed zip is published as new versions; an unchanged one changes nothing.
 */
export class ExtensionLayers extends pulumi.ComponentResource {
  /**
   * ARNs of the layer versions by region, then by architecture, as `ObservedFunction` takes them.
   */
  public readonly layerVersionArns: pulumi.Output<{ [region: string]: { [architecture: string]: string } }>;
  /**
   * Everything that was published, for other stacks and tools.
   */
  public readonly manifest: pulumi.Output<PublishedLayers>;

  constructor(name: string, args: ExtensionLayersArgs, opts?: pulumi.ComponentResourceOptions) {
    const { planned, problems } = planLayers(args, readLayerManifest());
    if (problems.length > 0) throw invalidArguments(name, problems);
    super("clickstack-lambda:index:ExtensionLayers", name, args, opts);
    const published = planned.map((layer) => ({
      layer,
      version: publish(name, layer, args, { parent: this }),
    }));

    this.layerVersionArns = pulumi.output(
      Object.fromEntries(
        args.regions.map((region) => [
          region,
          Object.fromEntries(
            published
              .filter(({ layer }) => layer.region === region)
              .map(({ layer, version }) => [layer.architecture, version.arn]),
          ),
        ]),
      ),
    );
    this.manifest = pulumi.output({
      formatVersion: 1,
      layers: published.map(({ layer, version }) => ({
        region: layer.region,
        architecture: layer.architecture,
        layerName: version.layerName,
        layerVersionArn: version.arn,
        version: version.version,
        sha256: layer.sha256,
      })),
    });
    this.registerOutputs({ layerVersionArns: this.layerVersionArns, manifest: this.manifest });
  }
}

function publish(
  name: string,
  { region, architecture, path, sha256 }: PlannedLayer,
  { namePrefix, retain = true }: ExtensionLayersArgs,
  options: pulumi.CustomResourceOptions,
): LayerVersion {
  return new LayerVersion(
    `${name}-${region}-${architecture}`,
    {
      region,
      layerName: layerName(architecture, namePrefix),
      code: new pulumi.asset.FileArchive(path),
      description: `ClickStack extension, sha256 ${sha256.slice(0, 16)}`,
      compatibleArchitectures: [architecture],
      compatibleRuntimes: [...compatibleRuntimes],
      licenseInfo: "Apache-2.0",
      skipDestroy: retain,
    },
    options,
  );
}
