import * as pulumi from "@pulumi/pulumi";
import { PackageProvider } from "./provider";

/**
 * Serves the package to the Pulumi engine until it ends this process. Pulumi's plugin host loads this module and calls
 * the function that it exports; loading alone does nothing.
 */
async function serve(): Promise<void> {
  await pulumi.provider.main(new PackageProvider(), process.argv.slice(2));
  // By now Pulumi has loaded ts-node, whose source maps rewrite every stack trace, and its runtime takes one for each
  // promise: a third of the provider's time at a hundred functions. What is served is JavaScript and needs no maps.
  Reflect.deleteProperty(Error, "prepareStackTrace");
}

export = serve;
