import { loadResolverLate } from "./pulumi/lateModule";

/**
 * Serves the package to the Pulumi engine until it ends this process. Pulumi's plugin host loads this module and calls
 * the exported function; loading it does nothing.
 */
function serve(): Promise<void> {
  loadResolverLate();
  // Only now, since this loads Pulumi.
  const { servePackage } = require("./servePackage") as typeof import("./servePackage");
  return servePackage();
}

export = serve;
