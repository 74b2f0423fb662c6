import type * as pulumi from "@pulumi/pulumi";

/**
 * Arguments of `LambdaDashboards`.
 */
export interface LambdaDashboardsArgs {
  /**
   * HyperDX's API, such as `http://localhost:8000`, or its app followed by `/api`. If it changes, everything is created
   * at the new address and deleted at the old one.
   */
  url: pulumi.Input<string>;
  /**
   * A personal API access key of HyperDX (Team Settings → API Keys). It is stored as a secret.
   */
  apiKey: pulumi.Input<string>;
  /**
   * Name of the webhook in HyperDX that alerts are sent to. Defaults to no alerts.
   */
  webhook?: pulumi.Input<string>;
}
