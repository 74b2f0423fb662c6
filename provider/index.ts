import * as pulumi from "@pulumi/pulumi";
import { PackageProvider } from "./provider";

/**
 * Serves the package to the Pulumi engine until it ends this process. Pulumi's plugin host loads this module and calls
 * the function that it exports; loading alone does nothing.
 */
function serve(): Promise<void> {
  return pulumi.provider.main(new PackageProvider(), process.argv.slice(2));
}

export = serve;
