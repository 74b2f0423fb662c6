import { awsErrorName } from "./awsError";
import type { AwsClients } from "./clients";

/** Sets how many days a log group keeps its events. @returns false if there is no such group. */
export async function setRetention(
  clients: AwsClients,
  region: string,
  logGroupName: string,
  retentionInDays: number,
): Promise<boolean> {
  const { PutRetentionPolicyCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  const client = await clients.logs(region);
  try {
    await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
    return true;
  } catch (error) {
    if (awsErrorName(error) === "ResourceNotFoundException") return false;
    throw error;
  }
}
