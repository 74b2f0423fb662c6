import * as pulumi from "@pulumi/pulumi";
import { leanRuntime } from "./leanRuntime";
import { PackageProvider } from "./provider";

/**
 * Serves the package to the Pulumi engine until it ends this process. Pulumi's plugin host loads this module and calls
 * the function that it exports; loading alone does nothing.
 */
async function serve(): Promise<void> {
  await pulumi.provider.main(new PackageProvider(), process.argv.slice(2));
  leanRuntime();
}

export = serve;
