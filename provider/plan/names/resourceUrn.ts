import { createHash } from "node:crypto";
import { defaultLogGroup } from "../policies/statements";
import { logGroupNames, resourceName } from "./resourceNames";

const stackType = "pulumi:pulumi:Stack";

/** A resource in a registration request to the engine. */
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

/** Types of a resource and of its parents, as in its URN, with the resource's own last. */
export function typesOf(urn: string): string {
  return urn.split("::")[2] ?? "";
}

/** Name of a resource in the program. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/**
 * Name of the log group that is given to a function without a name, so that exactly this group can be denied to its
 * role: nobody knows what Pulumi will name the function before it exists (`pulumi:autonaming` may be anything). It is
 * the same in every preview and update, and unique to this function.
 */
export function ownLogGroup(urn: string): string {
  const suffix = `-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
  const rule = { ...logGroupNames, longest: logGroupNames.longest - defaultLogGroup("").length };
  return defaultLogGroup(resourceName(nameOf(urn), rule, suffix));
}
