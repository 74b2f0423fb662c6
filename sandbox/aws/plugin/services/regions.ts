import type { AwsClients } from "../base/clients";
import { isObject, type PropertyMap } from "../base/values";

/** A region as the account sees it. */
interface AccountRegion {
  name: string;
  optInStatus: string;
}

/**
 * `aws.getRegions()`: the regions that the account can use, or all of the partition with `allRegions`. Requested from
 * EC2's query API directly, since its SDK client would be a hundred times as large as the answer.
 */
export async function getRegions(aws: AwsClients, args: PropertyMap): Promise<PropertyMap> {
  const filters = (Array.isArray(args.filters) ? args.filters : []).filter(isObject);
  const names = (await describeRegions(aws))
    .filter(({ name }) => !/^(cn|us-gov|us-iso|eusc)/.test(name))
    .filter(({ optInStatus }) => args.allRegions === true || optInStatus !== "not-opted-in")
    .filter((region) => filters.every((filter) => matches(region, filter)))
    .map(({ name }) => name);
  return { ...args, id: aws.region, names };
}

function matches({ name, optInStatus }: AccountRegion, { name: filter, values }: PropertyMap): boolean {
  const wanted = Array.isArray(values) ? values : [];
  if (filter === "opt-in-status") return wanted.includes(optInStatus);
  if (filter === "region-name") return wanted.includes(name);
  throw new Error(`the embedded AWS does not know the filter ${String(filter)} of regions`);
}

async function describeRegions(aws: AwsClients): Promise<AccountRegion[]> {
  const response = await fetch(aws.endpoint("ec2"), {
    method: "POST",
    headers: {
      // The server finds the service by the signature's scope; it does not check the signature.
      authorization: `AWS4-HMAC-SHA256 Credential=embedded/20260101/${aws.region}/ec2/aws4_request, SignedHeaders=host, Signature=0`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "Action=DescribeRegions&Version=2016-11-15&AllRegions=true",
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`DescribeRegions: ${response.status} ${text.slice(0, 200)}`);
  const value = (item: string, name: string): string =>
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(item)?.[1] ?? "";
  return [...text.matchAll(/<item>(.*?)<\/item>/gs)].map(([item]) => ({
    name: value(item, "regionName"),
    optInStatus: value(item, "optInStatus"),
  }));
}
