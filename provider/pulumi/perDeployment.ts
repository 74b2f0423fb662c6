import * as pulumi from "@pulumi/pulumi";

let isServer = false;

/** Marks this process as serving the package: the components that it creates belong to one program. */
export function shareAsServer(): void {
  isServer = true;
}

/** Whether this process serves the package. */
export function servesPackage(): boolean {
  return isServer;
}

/**
 * Something that the functions of one deployment share.
 * @param make creates it for a deployment.
 * @returns a function that returns it; undefined inside somebody else's provider, where the deployment is not known.
 */
export function perDeployment<T>(make: () => T): () => T | undefined {
  const deployments = new WeakMap<object, T>();
  const served = new Map<string, T>();
  return () => {
    if (isServer) {
      const monitor = pulumi.runtime.getMonitor() as { getChannel?(): { getTarget(): string } } | undefined;
      const address = monitor?.getChannel?.().getTarget() ?? "";
      const found = served.get(address) ?? make();
      served.set(address, found);
      return found;
    }
    const stack = pulumi.runtime.getStackResource();
    if (stack === undefined) return undefined;
    const found = deployments.get(stack) ?? make();
    deployments.set(stack, found);
    return found;
  };
}
