/** Prices in US dollars for us-east-1 and x86_64, without the free tier (aws.amazon.com/lambda/pricing, aws.amazon.com/cloudwatch/pricing). */
export const prices = {
  /** A GB of memory for a second. */
  gigabyteSecond: 0.0000166667,
  request: 0.2 / 1e6,
  /** A GB of log lines into CloudWatch Logs. */
  ingestedGigabyte: 0.5,
} as const;

const GIGABYTE = 1024 ** 3;

/** The costs of invocations in Lambda; undefined until billed time and the size of memory, in bytes, are known. */
export function lambdaCost(
  invocations: number,
  billedSeconds: number,
  memorySize: number,
): number | undefined {
  if (billedSeconds <= 0 || memorySize <= 0) return undefined;
  return (memorySize / GIGABYTE) * billedSeconds * prices.gigabyteSecond + invocations * prices.request;
}

/** What a function's log lines would cost in CloudWatch Logs. */
export function logsCost(bytes: number): number {
  return (bytes / GIGABYTE) * prices.ingestedGigabyte;
}

/** `$1.20`, `$0.0034`: two significant digits; `–` if unknown. */
export function dollars(amount: number | undefined): string {
  if (amount === undefined) return "–";
  if (amount === 0) return "$0";
  if (amount >= 0.1) return `$${amount.toFixed(2)}`;
  const digits = Math.min(12, 1 - Math.floor(Math.log10(amount)));
  return `$${amount.toFixed(digits)}`;
}

/** `61 of 256 MB` for bytes used and the size of memory; 0 if unknown, and `–` if both are. */
export function memory(used: number, size: number): string {
  const megabytes = (bytes: number) => Math.round(bytes / 1024 ** 2);
  if (used === 0) return size === 0 ? "–" : `${megabytes(size)} MB`;
  return size === 0 ? `${megabytes(used)} MB used` : `${megabytes(used)} of ${megabytes(size)} MB`;
}
