import { sharePoliciesAsServer } from "./function/sharedRolePolicy";
import { PackageProvider } from "./provider";
import { rememberRequests } from "./pulumi/constructRequest";
import { leanRuntime } from "./pulumi/leanRuntime";
import { serveApart } from "./pulumi/ownFailures";

/** Serves the package on a port that it prints. */
export async function servePackage(): Promise<void> {
  sharePoliciesAsServer();
  rememberRequests();
  await serveApart(new PackageProvider(), process.argv.slice(2));
  leanRuntime();
}
