import type * as pulumi from "@pulumi/pulumi";
import { type NameRule, resourceName } from "../plan/names/resourceNames";

/** Name in the program and options of a resource whose name is derived from the component's. */
export interface NamedResource {
  name: string;
  options: pulumi.CustomResourceOptions;
}

/**
 * Names a resource after the component, in a form that its service accepts. If that differs from the plain name, the
 * plain one is an alias: a transform or `pulumi:autonaming` may already have given the resource a valid name.
 * @param suffix distinguishes the resource from others of the component.
 */
export function namedResource(
  component: string,
  rule: NameRule,
  suffix: string,
  options: pulumi.CustomResourceOptions,
): NamedResource {
  const plain = `${component}${suffix}`;
  const name = resourceName(component, rule, suffix);
  return { name, options: name === plain ? options : { ...options, aliases: [{ name: plain }] } };
}
