import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity";
import { perProvider } from "./perProvider";

/** Account that a provider makes resources in; undefined where AWS does not say. */
export const providerAccount = perProvider(async (options): Promise<string | undefined> => {
  try {
    return (await getCallerIdentity({}, options)).accountId;
  } catch {
    return undefined;
  }
});
