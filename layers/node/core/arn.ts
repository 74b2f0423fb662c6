/** The last part of an ARN: `orders` of `arn:aws:sqs:eu-central-1:123456789012:orders`. */
export function arnName(arn: string | undefined): string | undefined {
  const parts = arn?.split(":");
  return parts === undefined || parts.length < 6 ? undefined : parts.slice(5).join(":") || undefined;
}

/**
 * The text after the first slash of an ARN's last part: `orders` of `…:stream/orders`; without a slash the whole part.
 */
export function arnResource(arn: string | undefined): string | undefined {
  const name = arnName(arn);
  return name === undefined ? undefined : (name.split("/")[1] ?? name);
}

/** The account in an ARN, if it is one. */
export function arnAccount(arn: string | undefined): string | undefined {
  const account = arn?.split(":")[4];
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined;
}
