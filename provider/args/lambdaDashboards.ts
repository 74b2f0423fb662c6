import type * as pulumi from "@pulumi/pulumi";

/**
 * Arguments of `LambdaDashboards`.
 */
export interface LambdaDashboardsArgs {
  /**
   * HyperDX's API, such as `http://localhost:8000`, or its app with `/api` behind it. Another one has everything made there
   * and deleted here.
   */
  url: pulumi.Input<string>;
  /**
   * A personal API access key of HyperDX (Team Settings → API Keys). It is kept as a secret.
   */
  apiKey: pulumi.Input<string>;
  /**
   * Name of the webhook in HyperDX that alerts are sent to. Defaults to no alerts.
   */
  webhook?: pulumi.Input<string>;
}
