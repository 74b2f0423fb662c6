import * as pulumi from "@pulumi/pulumi";
import { leanRuntime } from "./leanRuntime";
import { PackageProvider } from "./provider";
import { rememberRequests } from "./pulumi/constructRequest";
import { sharePoliciesAsServer } from "./rolePolicies";

/** Serves the package on a port that it prints. */
export async function servePackage(): Promise<void> {
  sharePoliciesAsServer();
  rememberRequests();
  await pulumi.provider.main(new PackageProvider(), process.argv.slice(2));
  leanRuntime();
}
