import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import type * as pulumi from "@pulumi/pulumi";
import { perProvider } from "./perProvider";

/** Account that a provider makes resources in; undefined where AWS does not say. */
export const providerAccount = perProvider(async (options): Promise<string | undefined> => {
  try {
    return (await getCallerIdentity({}, options)).accountId;
  } catch {
    return undefined;
  }
});

/** Region that a provider makes resources in. */
export const providerRegion: (options: pulumi.InvokeOptions) => pulumi.Output<string> = perProvider(
  (options) => getRegionOutput({}, options).region,
);
