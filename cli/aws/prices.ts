import pMap from "p-map";
import type { AwsClients } from "./clients";

/**
 * AWS's list prices of a gigabyte that CloudWatch Logs takes in, in US dollars by region: the first tier of the standard class,
 * from the Price List API (https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html). Regions of which
 * it has none, such as those that charge another currency, are left out.
 * @throws what AWS answers, such as that `pricing:GetProducts` is not allowed.
 */
export async function readIngestionPrices(
  clients: AwsClients,
  regions: readonly string[],
): Promise<Map<string, number>> {
  const { GetProductsCommand } = await import("@aws-sdk/client-pricing");
  const client = await clients.pricing();
  const one = async (region: string): Promise<[string, number][]> => {
    const filters = { regionCode: region, productFamily: "Data Payload", group: "Ingested Logs" };
    const { PriceList = [] } = await client.send(
      new GetProductsCommand({
        ServiceCode: "AmazonCloudWatch",
        Filters: Object.entries(filters).map(([Field, Value]) => ({ Type: "TERM_MATCH", Field, Value })),
      }),
    );
    const price = [...PriceList].map(priceOf).find((found) => found !== undefined);
    return price === undefined ? [] : [[region, price]];
  };
  return new Map((await pMap(regions, one, { concurrency: 4 })).flat());
}

/** A product of the Price List API, as far as it is read. */
interface ListedProduct {
  product?: { attributes?: { usagetype?: string } };
  terms?: { OnDemand?: Record<string, { priceDimensions?: Record<string, PriceDimension> }> };
}

interface PriceDimension {
  unit?: string;
  /** Where its tier begins. */
  beginRange?: string;
  pricePerUnit?: { USD?: string };
}

/** What a gigabyte of the standard class costs in the first tier; undefined for other products. */
function priceOf(listed: unknown): number | undefined {
  const { product, terms } = JSON.parse(String(listed)) as ListedProduct;
  // Others are of the infrequent-access class, `DataProcessingIA-Bytes`, and of vended logs, `VendedLog-Bytes`.
  if (!/^([A-Z]+\d*-)?DataProcessing-Bytes$/.test(product?.attributes?.usagetype ?? "")) return undefined;
  const dimensions = Object.values(terms?.OnDemand ?? {}).flatMap(({ priceDimensions = {} }) =>
    Object.values(priceDimensions),
  );
  const first = dimensions.find(({ unit, beginRange }) => unit === "GB" && Number(beginRange) === 0);
  const price = Number(first?.pricePerUnit?.USD);
  return price > 0 ? price : undefined;
}
