import { didYouMean } from "../nearestName";
import type { Problem } from "../problem";

/** Regions of AWS's commercial partition that every account has from the start. */
export const defaultRegions: readonly string[] = [
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
];

/**
 * Regions of the commercial partition that an account has to enable before it can use them; AWS calls them opt-in
 * regions (AWS Account Management guide, "Enable or disable AWS Regions in your account").
 */
export const optInRegions: readonly string[] = [
  "af-south-1",
  "ap-east-1",
  "ap-east-2",
  "ap-south-2",
  "ap-southeast-3",
  "ap-southeast-4",
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "ca-west-1",
  "eu-central-2",
  "eu-south-1",
  "eu-south-2",
  "il-central-1",
  "me-central-1",
  "me-south-1",
  "mx-central-1",
];

/** Every region of the commercial partition. */
export const commercialRegions: readonly string[] = [...defaultRegions, ...optInRegions].sort();

/** Regions of AWS in China, of GovCloud, of the European Sovereign Cloud and of the isolated partitions. */
const otherRegions: readonly string[] = [
  "cn-north-1",
  "cn-northwest-1",
  "eu-isoe-west-1",
  "eusc-de-east-1",
  "us-gov-east-1",
  "us-gov-west-1",
  "us-iso-east-1",
  "us-iso-west-1",
  "us-isob-east-1",
  "us-isob-west-1",
  "us-isof-east-1",
  "us-isof-south-1",
];

/** All AWS regions, in all partitions. A test compares them with those of the installed AWS package. */
export const awsRegions: readonly string[] = [...commercialRegions, ...otherRegions].sort();

/** Why this is not an AWS region, or undefined if it is one. */
export function checkRegion(region: string): string | undefined {
  if (awsRegions.includes(region)) return undefined;
  return `"${region}" is not an AWS region.${didYouMean(region, awsRegions)}`;
}

/** Problems of a list of regions: none at all, unknown names, the same one twice. */
export function checkRegions(regions: readonly string[], path = "regions"): Problem[] {
  if (regions.length === 0) return [{ propertyPath: path, reason: "specify at least one AWS region" }];
  return regions.flatMap((region, index): Problem[] => {
    const propertyPath = `${path}[${index}]`;
    const reason = checkRegion(region);
    if (reason !== undefined) return [{ propertyPath, reason }];
    const first = regions.indexOf(region);
    return first < index
      ? [{ propertyPath, reason: `${region} is already listed at ${path}[${first}]` }]
      : [];
  });
}
