import type { AccessRequest } from "./policy";

/** Where a request comes from: its resources' ARNs follow from it. */
export interface RequestOrigin {
  region: string;
  accountId: string;
}

/** What a call requests, each with its name in the call's body, so that denied items can be told from allowed ones. */
export interface AskedFor extends AccessRequest {
  id: string;
}

/** Body of a Secrets Manager or Systems Manager call, as far as it says what is accessed. */
export interface CallBody {
  SecretId?: string;
  SecretIdList?: string[];
  Name?: string;
  Names?: string[];
  Path?: string;
}

/**
 * The permissions that a call needs, or undefined if this gate does not check it.
 *
 * @param target the `X-Amz-Target` header, such as `secretsmanager.GetSecretValue`
 * @param secretArn resolves what a call may name a secret by (name, ARN, ARN without its suffix) to its full ARN
 */
export async function askedFor(
  target: string,
  body: CallBody,
  origin: RequestOrigin,
  secretArn: (id: string) => Promise<string>,
): Promise<AskedFor[] | undefined> {
  const [service, operation = ""] = target.split(".");
  if (service === "secretsmanager") {
    const action = `secretsmanager:${operation}`;
    const value = async (id: string) => ({
      action: "secretsmanager:GetSecretValue",
      resource: await secretArn(id),
      id,
    });
    if (operation === "BatchGetSecretValue") {
      // The batch itself has no resource; every secret in it needs its own permission to be read.
      return [
        { action, resource: "*", id: "" },
        ...(await Promise.all((body.SecretIdList ?? []).map(value))),
      ];
    }
    return body.SecretId
      ? [{ ...(await value(body.SecretId)), action }]
      : [{ action, resource: "*", id: "" }];
  }
  if (service !== "AmazonSSM") return undefined;
  const names = [body.Names ?? [], body.Name ?? [], body.Path ?? []].flat();
  return names.map((id) => ({ action: `ssm:${operation}`, resource: parameterArn(id, origin), id }));
}

/** Parameters are named by name, with `:version` or `:label` behind it, or by ARN. */
function parameterArn(name: string, { region, accountId }: RequestOrigin): string {
  if (name.startsWith("arn:")) return name.split(":").slice(0, 6).join(":");
  const [path = ""] = name.split(":");
  return `arn:aws:ssm:${region}:${accountId}:parameter${path.startsWith("/") ? "" : "/"}${path}`;
}
