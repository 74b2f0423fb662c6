import * as pulumi from "@pulumi/pulumi";

/** For Pulumi before 3.217: sets the earlier names of a plugin's component. Call it before the component is created. */
export function aliasComponent(name: string, aliases: pulumi.Alias[]): void {
  pulumi.runtime.registerResourceTransform(({ type, name: found, props, opts }) =>
    type === "clickstack-lambda:index:ObservedFunction" && found === name
      ? { props, opts: { ...opts, aliases } as pulumi.ComponentResourceOptions }
      : undefined,
  );
}
