import type { MeasureRow } from "../api/rows";

/** Prices in US dollars for us-east-1 and x86_64, without the free tier (aws.amazon.com/lambda/pricing, aws.amazon.com/cloudwatch/pricing). */
export const prices = {
  /** A GB of memory for a second. */
  gigabyteSecond: 0.0000166667,
  request: 0.2 / 1e6,
  /** A GB of log lines into CloudWatch Logs. */
  ingestedGigabyte: 0.5,
} as const;

const GIGABYTE = 1024 ** 3;

/** The costs of a function's invocations in Lambda, and of its log lines if they were in CloudWatch Logs; undefined until measured. */
export function costs(
  invocations: number,
  { billedSeconds, memorySize, logBytes }: MeasureRow,
): { lambda?: number; cloudWatch: number } {
  const isMeasured = Number(billedSeconds) > 0 && Number(memorySize) > 0;
  const memory = (Number(memorySize) / GIGABYTE) * Number(billedSeconds) * prices.gigabyteSecond;
  return {
    ...(isMeasured && { lambda: memory + Number(invocations) * prices.request }),
    cloudWatch: (Number(logBytes) / GIGABYTE) * prices.ingestedGigabyte,
  };
}

/** `$1.20`, `$0.0034`: two significant digits; `–` if unknown. */
export function dollars(amount: number | undefined): string {
  if (amount === undefined) return "–";
  if (amount === 0) return "$0";
  if (amount >= 0.1) return `$${amount.toFixed(2)}`;
  const digits = Math.min(12, 1 - Math.floor(Math.log10(amount)));
  return `$${amount.toFixed(digits)}`;
}

/** `61 of 256 MB`; `–` if unknown. */
export function memory({ memoryUsed, memorySize }: MeasureRow): string {
  const megabytes = (bytes: number) => Math.round(Number(bytes) / 1024 ** 2);
  if (Number(memorySize) === 0) return "–";
  return Number(memoryUsed) === 0
    ? `${megabytes(memorySize)} MB`
    : `${megabytes(memoryUsed)} of ${megabytes(memorySize)} MB`;
}
