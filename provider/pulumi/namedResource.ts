import type * as pulumi from "@pulumi/pulumi";
import { type NameRule, resourceName } from "../plan/names/resourceNames";

/** Name in the program and options of a resource whose own name is made of the component's. */
export interface NamedResource {
  name: string;
  options: pulumi.CustomResourceOptions;
}

/**
 * Names a resource after the component, as its service takes it. Where that is not the plain name, the plain one is an
 * alias: a transform or `pulumi:autonaming` may have given the resource a valid name already.
 * @param suffix what tells the resource from others of the component.
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
