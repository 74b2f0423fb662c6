import { getLogGroup } from "@pulumi/aws/cloudwatch/getLogGroup";
import type * as pulumi from "@pulumi/pulumi";
import { awaited } from "../pulumi/awaited";

/** A log group that AWS has already, as far as taking it over must not change it. */
export interface ExistingLogGroup {
  name: string;
  /** ARN of the customer managed key that encrypts it. */
  kmsKeyId?: string;
}

/**
 * The log group of this name, if AWS has it: Lambda makes it when a function writes its first line, long before its
 * retention is somebody's concern. Undefined also where a preview does not know the name, and where AWS does not answer.
 */
export async function existingLogGroup(
  name: pulumi.Input<string>,
  region: pulumi.Input<string>,
  options: pulumi.InvokeOptions,
): Promise<ExistingLogGroup | undefined> {
  const [group, where] = await Promise.all([awaited(name), awaited(region)]);
  if (!group || !where) return undefined;
  try {
    const found = await getLogGroup({ name: group, region: where }, options);
    // A provider that a preview cannot configure yet answers with nothing.
    if (!found?.arn) return undefined;
    return { name: group, ...(found.kmsKeyId && { kmsKeyId: found.kmsKeyId }) };
  } catch {
    return undefined;
  }
}
