import * as pulumi from "@pulumi/pulumi";

/**
 * Something that is asked of a provider once in a deployment, however many functions want it.
 * @param ask what asks the provider that these options lead to.
 */
export function perProvider<T>(
  ask: (options: pulumi.InvokeOptions) => T,
): (options: pulumi.InvokeOptions) => T {
  const answers = new WeakMap<object, T>();
  return (options) => {
    // The default provider has no resource in the program; what stands for the deployment stands for it.
    const owner: object | undefined =
      options.provider ?? options.parent?.getProvider("aws:index") ?? pulumi.runtime.getMonitor();
    const answer = (owner && answers.get(owner)) ?? ask(options);
    if (owner !== undefined) answers.set(owner, answer);
    return answer;
  };
}
