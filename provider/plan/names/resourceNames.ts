import { createHash } from "node:crypto";

/** What a service takes as a name of a resource. */
export interface NameRule {
  /** Characters that a name may not hold. */
  refused: RegExp;
  /** Longest name, in characters. */
  longest: number;
}

/** Names of IAM roles (IAM API reference, CreateRole: 1 to 64 of `[\w+=,.@-]`). */
export const roleNames: NameRule = { refused: /[^\w+=,.@-]+/g, longest: 64 };

/** Names of inline policies of a role (IAM API reference, PutRolePolicy: 1 to 128 of `[\w+=,.@-]`). */
export const policyNames: NameRule = { refused: /[^\w+=,.@-]+/g, longest: 128 };

/** Names of secrets (Secrets Manager API reference, CreateSecret: 1 to 512 of `[\w/+=.@-]`). */
export const secretNames: NameRule = { refused: /[^\w/+=.@-]+/g, longest: 512 };

/** Names of log groups (CloudWatch Logs API reference, CreateLogGroup: 1 to 512 of `[\w.\-/#]`). */
export const logGroupNames: NameRule = { refused: /[^\w.\-/#]+/g, longest: 512 };

/** Pulumi appends a dash and seven random characters to the names that it makes. */
const autoNameSuffix = 8;

/**
 * The name in the program of a resource whose own name Pulumi makes of it: as it is where the service takes it, else
 * without the characters that it refuses, shortened, and with a part of the hash of the whole name, so that two names
 * that read alike stay two.
 * @param name what the name begins with; the component's name.
 * @param suffix what it ends with, which is kept as it is.
 */
export function resourceName(name: string, rule: NameRule, suffix = ""): string {
  const room = rule.longest - autoNameSuffix - suffix.length;
  const cleaned = name.replace(rule.refused, "-");
  if (cleaned === name && name.length <= room) return `${name}${suffix}`;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  const start = cleaned.slice(0, room - hash.length - 1).replace(/^-+|-+$/g, "");
  return `${start === "" ? "function" : start}-${hash}${suffix}`;
}
