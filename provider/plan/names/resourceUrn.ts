import { createHash } from "node:crypto";
import { defaultLogGroup } from "../policies/statements";
import { logGroupNames, resourceName } from "./resourceNames";

const stackType = "pulumi:pulumi:Stack";

/** A resource as the engine is asked to register it. */
export interface RegisteredResource {
  project: string;
  stack: string;
  type: string;
  name: string;
  /** URN of its parent; none for the stack's own. */
  parent?: string;
}

/** The URN that the engine gives to a resource (Pulumi, "Resource names: URNs"). */
export function resourceUrn({ project, stack, type, name, parent }: RegisteredResource): string {
  const parentType = parent === undefined ? stackType : typesOf(parent);
  const types = parentType === stackType ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${types}::${name}`;
}

/** Types of a resource and of its parents, as its URN has them, the resource's own last. */
export function typesOf(urn: string): string {
  return urn.split("::")[2] ?? "";
}

/** Name of a resource in the program. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/**
 * Name of the log group that a function without a name of its own is given, so that exactly this group can be denied to
 * its role: what Pulumi will call the function, nobody knows before it is there (`pulumi:autonaming` may be anything).
 * It is the same in every preview and update, and of this function alone.
 */
export function ownLogGroup(urn: string): string {
  const suffix = `-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
  const rule = { ...logGroupNames, longest: logGroupNames.longest - defaultLogGroup("").length };
  return defaultLogGroup(resourceName(nameOf(urn), rule, suffix));
}
