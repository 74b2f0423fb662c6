import { loadLate } from "./pulumi/lateModule";

/**
 * Serves the package to the Pulumi engine until it ends this process. Pulumi's plugin host loads this module and calls
 * the function that it exports; loading alone does nothing.
 */
function serve(): Promise<void> {
  // A third of the start was npm's resolver, which Pulumi loads to pack closures; a provider packs none.
  loadLate("@npmcli/arborist", "@pulumi/pulumi", ["Arborist"]);
  // Only now, since this loads Pulumi.
  const { servePackage } = require("./servePackage") as typeof import("./servePackage");
  return servePackage();
}

export = serve;
