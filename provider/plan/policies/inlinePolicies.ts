/**
 * Maximum number of characters of all inline policies of one role, not counting white space (IAM and STS quotas, "IAM
 * and STS character limits"). It cannot be raised.
 */
export const inlinePolicyQuota = 10_240;

/** Length of a policy as IAM counts it. */
export function policyLength(document: string): number {
  return document.replace(/\s/g, "").length;
}

/**
 * Why these policies exceed the limit of one role, or undefined if they do not.
 * @param lengths lengths of the known policies of the role, in characters.
 */
export function checkInlinePolicies(lengths: readonly number[]): string | undefined {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total <= inlinePolicyQuota) return undefined;
  return `the inline policies that the program's functions need on this role have ${total} characters or more; IAM allows ${inlinePolicyQuota} in total for a role. Use several roles (without \`role\` each function gets its own), or name one log group in loggingConfig.logGroup for the functions on the role: they then share one statement that denies it`;
}
