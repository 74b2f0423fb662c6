import { PackageProvider } from "./provider";
import { rememberRequests } from "./pulumi/constructRequest";
import { leanRuntime } from "./pulumi/leanRuntime";
import { serveApart } from "./pulumi/ownFailures";
import { shareAsServer } from "./pulumi/perDeployment";

/** Serves the package on a port that it prints. */
export async function servePackage(): Promise<void> {
  shareAsServer();
  rememberRequests();
  await serveApart(new PackageProvider(), process.argv.slice(2));
  leanRuntime();
}
