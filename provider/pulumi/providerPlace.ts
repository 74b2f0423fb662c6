import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import type * as pulumi from "@pulumi/pulumi";
import { perProvider } from "./perProvider";

/** Account in which a provider creates resources; undefined if AWS does not return it. */
export const providerAccount = perProvider(async (options): Promise<string | undefined> => {
  try {
    return (await getCallerIdentity({}, options)).accountId;
  } catch {
    return undefined;
  }
});

/** Region in which a provider creates resources. */
export const providerRegion: (options: pulumi.InvokeOptions) => pulumi.Output<string> = perProvider(
  (options) => getRegionOutput({}, options).region,
);
