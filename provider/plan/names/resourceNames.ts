import { createHash } from "node:crypto";

/** A service's rule for names of a resource. */
export interface NameRule {
  /** Characters that a name must not contain. */
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

/** Pulumi appends a dash and seven random characters to the names that it generates. */
const autoNameSuffix = 8;

/**
 * The name in the program for a resource whose own name Pulumi derives from it: unchanged if the service accepts it,
 * otherwise without invalid characters, shortened, and with a part of the hash of the whole name, so that two similar
 * names remain different.
 * @param name the beginning of the name: the component's name.
 * @param suffix the end of the name, which is kept unchanged.
 */
export function resourceName(name: string, rule: NameRule, suffix = ""): string {
  const room = rule.longest - autoNameSuffix - suffix.length;
  const cleaned = name.replace(rule.refused, "-");
  if (cleaned === name && name.length <= room) return `${name}${suffix}`;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  const start = cleaned.slice(0, room - hash.length - 1).replace(/^-+|-+$/g, "");
  return `${start === "" ? "function" : start}-${hash}${suffix}`;
}
