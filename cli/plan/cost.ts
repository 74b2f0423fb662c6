/**
 * What CloudWatch Logs takes for a gigabyte of ingested custom and Lambda logs, in US dollars: the first tier of the standard class
 * (https://aws.amazon.com/cloudwatch/pricing/). Regions that are not here count as us-east-1, which the report says.
 */
const ingestionPrices: Readonly<Record<string, number>> = {
  "us-east-1": 0.5,
  "us-east-2": 0.5,
  "us-west-2": 0.5,
  "us-west-1": 0.67,
  "ca-central-1": 0.55,
  "eu-west-1": 0.57,
  "eu-west-2": 0.5985,
  "eu-west-3": 0.5985,
  "eu-central-1": 0.63,
  "ap-south-1": 0.67,
  "ap-northeast-1": 0.76,
  "ap-southeast-1": 0.7,
  "ap-southeast-2": 0.67,
  "sa-east-1": 0.9,
};

/** Days that are looked at. */
export const costDays = 30;

/** What CloudWatch Logs took in of a function in {@link costDays} days. */
export interface LogCost {
  /** Gigabytes (10⁹ bytes). */
  gigabytes: number;
  /** US dollars, for the ingestion alone. */
  dollars: number;
}

/** The price of a gigabyte in a region. @param price what the user pays, in place of the table. */
export function ingestionPrice(region: string, price?: number): { price: number; isAssumed: boolean } {
  const known = price ?? ingestionPrices[region];
  return known === undefined
    ? { price: ingestionPrices["us-east-1"] ?? 0, isAssumed: true }
    : { price: known, isAssumed: false };
}

/** What bytes cost. */
export function costOf(bytes: number, region: string, price?: number): LogCost {
  const gigabytes = bytes / 1e9;
  return { gigabytes, dollars: gigabytes * ingestionPrice(region, price).price };
}

/** What the figures rest on, a sentence each. */
export function assumptions(regions: readonly string[], price?: number): string[] {
  const prices = regions.map((region) => ({ region, ...ingestionPrice(region, price) }));
  const assumed = prices.filter(({ isAssumed }) => isAssumed).map(({ region }) => region);
  const shown = prices.map((one) => `${one.region} $${one.price}`).join(", ");
  return [
    `Bytes are the metric IncomingBytes of each log group over the last ${costDays} days.`,
    `Price of a GB: ${shown}, ${price === undefined ? "AWS's list price of the first tier" : "as given"}; storage, queries and the free tier are not counted.`,
    ...(assumed.length === 0
      ? []
      : [
          `The price of ${assumed.join(", ")} is not known here, and taken as that of us-east-1: pass --price.`,
        ]),
  ];
}
