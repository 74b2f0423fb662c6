/** How to reach AWS; an `EmbeddedAws` is one. Without `endpoint` and `credentials`: the real one, by the SDK's defaults. */
export interface AwsAccess {
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** The settings of an SDK client for this AWS. */
export function clientOf({ endpoint, credentials }: AwsAccess, region: string) {
  return { region, ...(endpoint && { endpoint }), ...(credentials && { credentials }) };
}
