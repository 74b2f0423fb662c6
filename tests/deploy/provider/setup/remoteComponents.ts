import * as pulumi from "@pulumi/pulumi";
import type { ExtensionLayersArgs, ObservedFunctionArgs, ObserveStackArgs } from "../../../../index";

/** Version with which the engine finds the package's provider. */
const { version } = JSON.parse(JSON.stringify(require("../../../../package.json"))) as { version: string };

/** `ObservedFunction` as in a program in another language: created by the package's provider in a separate process. */
export class RemoteObservedFunction extends pulumi.ComponentResource {
  declare public readonly functionArn: pulumi.Output<string>;
  declare public readonly functionName: pulumi.Output<string>;
  declare public readonly roleName: pulumi.Output<string>;
  declare public readonly layerArns: pulumi.Output<string[]>;
  declare public readonly environmentVariableNames: pulumi.Output<string[]>;

  constructor(name: string, args: ObservedFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    const outputs = {
      functionArn: undefined,
      functionName: undefined,
      roleName: undefined,
      layerArns: undefined,
      environmentVariableNames: undefined,
    };
    super(
      "clickstack-lambda:index:ObservedFunction",
      name,
      { ...outputs, ...args },
      { version, ...opts },
      true,
    );
  }
}

/** `ExtensionLayers` created by the package's provider. */
export class RemoteExtensionLayers extends pulumi.ComponentResource {
  declare public readonly layerVersionArns: pulumi.Output<Record<string, Record<string, string>>>;

  constructor(name: string, args: ExtensionLayersArgs, opts?: pulumi.ComponentResourceOptions) {
    const inputs = { layerVersionArns: undefined, manifest: undefined, ...args };
    super("clickstack-lambda:index:ExtensionLayers", name, inputs, { version, ...opts }, true);
  }
}

/** `ObserveStack` created by the package's provider. */
export class RemoteObserveStack extends pulumi.ComponentResource {
  constructor(name: string, args: ObserveStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("clickstack-lambda:index:ObserveStack", name, { ...args }, { version, ...opts }, true);
  }
}
