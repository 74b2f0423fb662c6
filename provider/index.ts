import * as pulumi from "@pulumi/pulumi";
import { PackageProvider } from "./provider";

/**
 * Serves the package to the Pulumi engine until it ends this process. Pulumi's plugin host loads this module and calls
 * the function that it exports; loading alone does nothing.
 */
function serve(): Promise<void> {
  // Pulumi's plugin host loads ts-node, whose source maps rewrite every stack trace, and Pulumi's runtime takes one for
  // each promise: half of the provider's time at a hundred functions. What is served is JavaScript and needs no maps.
  Reflect.deleteProperty(Error, "prepareStackTrace");
  return pulumi.provider.main(new PackageProvider(), process.argv.slice(2));
}

export = serve;
