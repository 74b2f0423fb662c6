/**
 * What CloudWatch Logs takes for a gigabyte of ingested custom and Lambda logs, in US dollars: the first tier of the standard
 * class (https://aws.amazon.com/cloudwatch/pricing/). Only those of {@link comparedPrices} were compared with AWS's list; the
 * others are reported as estimates. Regions that are not here count as us-east-1, which is an estimate, too.
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

/** Regions whose price was compared with AWS's list. */
const comparedPrices: readonly string[] = ["us-east-1", "ap-northeast-1"];

/** When the prices were last compared with the lists. */
const pricesOf = "September 2026";

/**
 * What ClickHouse Cloud takes for a terabyte of compressed data and month, in US dollars
 * (https://clickhouse.com/pricing.md). Other regions count as us-east-1.
 */
const storagePrices: Readonly<Record<string, number>> = {
  "us-east-1": 25.3,
  "eu-central-1": 26.95,
  "ap-northeast-1": 27.5,
};

/** How many bytes of logs become one in ClickHouse: "over 10x for typical log data", as ClickHouse says of its own. */
const compression = 10;

/** Days that are looked at. */
export const costDays = 30;

/** What CloudWatch Logs took in of a function in {@link costDays} days. */
export interface LogCost {
  /** Gigabytes (10⁹ bytes). */
  gigabytes: number;
  /** US dollars, for the ingestion alone. */
  dollars: number;
  /** Whether the price of the region was not compared with AWS's list. */
  isEstimate: boolean;
  /** US dollars that ClickHouse Cloud would take to store them for a month; computing comes on top. */
  clickHouseDollars: number;
}

/** The price of a gigabyte in a region. @param price what the user pays, in place of the table. */
export function ingestionPrice(region: string, price?: number): { price: number; isEstimate: boolean } {
  if (price !== undefined) return { price, isEstimate: false };
  const known = ingestionPrices[region] ?? ingestionPrices["us-east-1"] ?? 0;
  return { price: known, isEstimate: !comparedPrices.includes(region) };
}

function storagePrice(region: string): number {
  return storagePrices[region] ?? storagePrices["us-east-1"] ?? 0;
}

/** What bytes cost. */
export function costOf(bytes: number, region: string, price?: number): LogCost {
  const gigabytes = bytes / 1e9;
  const stored = gigabytes / compression / 1000;
  const { price: perGigabyte, isEstimate } = ingestionPrice(region, price);
  return {
    ...{ gigabytes, isEstimate },
    dollars: gigabytes * perGigabyte,
    clickHouseDollars: stored * storagePrice(region),
  };
}

/** What the figures rest on, a sentence each. */
export function assumptions(regions: readonly string[], price?: number): string[] {
  const prices = regions.map((region) => ({ region, ...ingestionPrice(region, price) }));
  const estimated = prices.filter(({ isEstimate }) => isEstimate).map(({ region }) => region);
  const shown = prices
    .map((one) => `${one.region} ${one.isEstimate ? "about " : ""}$${one.price}`)
    .join(", ");
  return [
    `Bytes are the metric IncomingBytes of each log group over the last ${costDays} days.`,
    `Price of a GB: ${shown}, ${price === undefined ? `AWS's list price of the first tier as of ${pricesOf}` : "as given"}; storage, queries and the free tier are not counted.`,
    `In ClickHouse Cloud: bytes divided by ${compression}, kept for a month, at $${storageShown(regions)} for a TB as of ${pricesOf}; computing, spans and metrics come on top.`,
    ...(estimated.length === 0
      ? []
      : [
          `The price of ${estimated.join(", ")} is an estimate that was not compared with AWS's list: pass --price.`,
        ]),
  ];
}

function storageShown(regions: readonly string[]): string {
  return [...new Set(regions.map(storagePrice))].join(" or $");
}
