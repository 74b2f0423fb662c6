import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity";
import type * as pulumi from "@pulumi/pulumi";

/** Account that a provider makes resources in; undefined where AWS does not say. */
export async function providerAccount(options: pulumi.InvokeOptions): Promise<string | undefined> {
  try {
    return (await getCallerIdentity({}, options)).accountId;
  } catch {
    return undefined;
  }
}
