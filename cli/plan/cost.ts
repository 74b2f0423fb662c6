/**
 * What CloudWatch Logs charges for a gigabyte of ingested custom and Lambda logs, in US dollars: the first tier of the standard
 * class (https://aws.amazon.com/cloudwatch/pricing/). Used where AWS's price list cannot be read, and reported as estimates.
 * Regions that are not here count as us-east-1.
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

/** When the table of ClickHouse's prices was last compared with its list. */
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
  /** Whether the price of the region is neither given nor from AWS's price list. */
  isEstimate: boolean;
  /** US dollars that ClickHouse Cloud would take to store them for a month; computing comes on top. */
  clickHouseDollars: number;
}

/** Prices of a gigabyte that are known, in US dollars. */
export interface KnownPrices {
  /** What the user pays, in every region. */
  given?: number;
  /** AWS's list prices by region. */
  listed?: ReadonlyMap<string, number>;
}

function ingestionPrice(
  region: string,
  { given, listed }: KnownPrices,
): { price: number; isEstimate: boolean } {
  const known = given ?? listed?.get(region);
  if (known !== undefined) return { price: known, isEstimate: false };
  return { price: ingestionPrices[region] ?? ingestionPrices["us-east-1"] ?? 0, isEstimate: true };
}

function storagePrice(region: string): number {
  return storagePrices[region] ?? storagePrices["us-east-1"] ?? 0;
}

/** What bytes cost. */
export function costOf(bytes: number, region: string, known: KnownPrices = {}): LogCost {
  const gigabytes = bytes / 1e9;
  const stored = gigabytes / compression / 1000;
  const { price: perGigabyte, isEstimate } = ingestionPrice(region, known);
  return {
    ...{ gigabytes, isEstimate },
    dollars: gigabytes * perGigabyte,
    clickHouseDollars: stored * storagePrice(region),
  };
}

/** The assumptions behind the figures, a sentence each. */
export function assumptions(regions: readonly string[], known: KnownPrices = {}): string[] {
  const prices = regions.map((region) => ({ region, ...ingestionPrice(region, known) }));
  const estimated = prices.filter(({ isEstimate }) => isEstimate).map(({ region }) => region);
  const shown = prices
    .map((one) => `${one.region} ${one.isEstimate ? "about " : ""}$${one.price}`)
    .join(", ");
  const source = known.given === undefined ? "AWS's list price of the first tier" : "as given";
  return [
    `Bytes are the metric IncomingBytes of each log group over the last ${costDays} days.`,
    `Price of a GB: ${shown}, ${source}; storage, queries and the free tier are not included.`,
    `In ClickHouse Cloud: bytes divided by ${compression}, kept for a month, at $${storageShown(regions)} per TB as of ${pricesOf}; compute, spans and metrics are not included.`,
    ...(estimated.length === 0
      ? []
      : [
          `The price of ${estimated.join(", ")} is an estimate, since AWS's price list could not be read. Allow pricing:GetProducts, or pass --price.`,
        ]),
  ];
}

function storageShown(regions: readonly string[]): string {
  return [...new Set(regions.map(storagePrice))].join(" or $");
}
