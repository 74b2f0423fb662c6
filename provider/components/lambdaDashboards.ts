import * as pulumi from "@pulumi/pulumi";
import type { LambdaDashboardsArgs } from "../args/lambdaDashboards";

/**
 * Dashboards, saved searches and alerts for Lambda in HyperDX: those of `clickstack-lambda clickstack apply`. Manual
 * changes in HyperDX are detected by `pulumi refresh` and reverted by the next update; deleting the resource deletes
 * what it created.
 */
export class LambdaDashboards extends pulumi.CustomResource {
  /**
   * IDs of the dashboards in HyperDX by their names.
   */
  declare public readonly dashboards: pulumi.Output<{ [name: string]: string }>;
  /**
   * Differences between HyperDX and what this package would create, as of the last refresh: names with the paths that
   * differ.
   */
  declare public readonly differences: pulumi.Output<string[]>;

  constructor(name: string, args: LambdaDashboardsArgs, opts?: pulumi.CustomResourceOptions) {
    const { version } = require("clickstack-lambda/package.json") as { version: string };
    const inputs = {
      ...args,
      apiKey: pulumi.secret(args.apiKey),
      dashboards: undefined,
      differences: undefined,
    };
    const options = { version, additionalSecretOutputs: ["apiKey"] };
    super("clickstack-lambda:index:LambdaDashboards", name, inputs, pulumi.mergeOptions(options, opts));
  }
}
