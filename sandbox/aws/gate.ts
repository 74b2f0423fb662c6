import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientOptions, type EmbeddedAws } from "./embeddedAws";
import { type AskedFor, askedFor, type CallBody } from "./gatePolicy";
import { type InvokeCall, invokeAnswer, readInvoke } from "./invokeApi";
import { evaluate, type PolicyDocument } from "./policy";
import { type AwsAnswer, type AwsCall, type AwsProxy, forward, startAwsProxy } from "./proxy";
import { rolePolicies } from "./rolePolicies";

/** Runs a function that another one invokes directly: the answer of Lambda's Invoke API. */
export type DirectInvoke = (request: InvokeCall) => Promise<{ payload: unknown; functionError?: string }>;

/** The embedded AWS, and the role whose permissions apply. */
export interface GateOptions {
  aws: EmbeddedAws;
  roleArn: string;
  /** Handles Lambda's Invoke. Default: the embedded AWS, which runs no code. */
  invoke?: DirectInvoke;
}

/**
 * Starts a proxy in front of the embedded AWS that lets calls to Secrets Manager and Systems Manager through only when
 * an execution role's identity policies allow them, as IAM does. The policies are read again for every call. Resource
 * policies and keys are not evaluated, and calls to other services pass.
 *
 * @param options the embedded AWS, and the role with whose permissions the calls are made
 */
export async function startGate({ aws, roleArn, invoke }: GateOptions): Promise<AwsProxy> {
  return startAwsProxy((call) => invoked(call, invoke) ?? decided(aws, roleArn, call));
}

/** The answer to a call of Lambda's Invoke; undefined for other calls. */
function invoked(call: AwsCall, invoke: DirectInvoke | undefined): Promise<AwsAnswer> | undefined {
  const read = invoke && readInvoke(call);
  return read && invoke(read).then(invokeAnswer);
}

async function decided(aws: EmbeddedAws, roleArn: string, call: AwsCall): Promise<AwsAnswer> {
  const asked = await asks(aws, call);
  const denied = asked ? denials(await rolePolicies(aws, roleArn), asked) : [];
  const isBatch = call.headers["x-amz-target"] === "secretsmanager.BatchGetSecretValue";
  const [first] = denied;
  if (!first) return forward(aws, call);
  // A batch returns what is allowed and an error for each of the others; any other call fails as a whole.
  if (isBatch && denied.every(({ id }) => id !== "")) return partialBatch(aws, call, denied, roleArn);
  const text = JSON.stringify({ __type: "AccessDeniedException", Message: denial(first, roleArn) });
  return {
    status: 400,
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-errortype": "AccessDeniedException",
    },
    body: Buffer.from(text),
  };
}

async function asks(aws: EmbeddedAws, call: AwsCall): Promise<AskedFor[] | undefined> {
  const target = call.headers["x-amz-target"];
  if (!target || !/^(secretsmanager|AmazonSSM)\./.test(target)) return undefined;
  // The signature names the region: `Credential=<key>/<date>/<region>/<service>/aws4_request`.
  const region =
    /Credential=[^/]+\/[^/]+\/([^/]+)\//.exec(call.headers.authorization ?? "")?.[1] ?? "us-east-1";
  const client = new SecretsManagerClient({ ...clientOptions(aws, region), maxAttempts: 1 });
  const secretArn = async (SecretId: string) => {
    const found = await client.send(new DescribeSecretCommand({ SecretId })).catch(() => undefined);
    if (found?.ARN) return found.ARN;
    return SecretId.startsWith("arn:")
      ? SecretId
      : `arn:aws:secretsmanager:${region}:${aws.accountId}:secret:${SecretId}`;
  };
  const body: CallBody = JSON.parse(call.body.toString() || "{}");
  return askedFor(target, body, { region, accountId: aws.accountId }, secretArn).finally(() =>
    client.destroy(),
  );
}

/** What is asked for and not allowed. */
function denials(
  policies: readonly PolicyDocument[],
  asked: readonly AskedFor[],
): (AskedFor & { explicit: boolean })[] {
  return asked
    .map((request) => ({ ...request, decision: evaluate(policies, request) }))
    .filter(({ decision }) => decision !== "allowed")
    .map(({ decision, ...request }) => ({ ...request, explicit: decision === "explicitlyDenied" }));
}

function denial({ action, resource, explicit }: AskedFor & { explicit: boolean }, roleArn: string): string {
  const user = `${roleArn.replace(":iam:", ":sts:").replace(/:role\/.*?([^/]+)$/, ":assumed-role/$1")}/function`;
  const why = explicit
    ? "with an explicit deny in an identity-based policy"
    : `because no identity-based policy allows the ${action} action`;
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

async function partialBatch(
  aws: EmbeddedAws,
  call: AwsCall,
  denied: readonly (AskedFor & { explicit: boolean })[],
  roleArn: string,
): Promise<AwsAnswer> {
  const asked: CallBody = JSON.parse(call.body.toString());
  const refused = new Set(denied.map(({ id }) => id));
  const SecretIdList = (asked.SecretIdList ?? []).filter((id) => !refused.has(id));
  const body = Buffer.from(JSON.stringify({ ...asked, SecretIdList }));
  const answer =
    SecretIdList.length > 0
      ? await forward(aws, { ...call, body })
      : { status: 200, headers: { "content-type": "application/x-amz-json-1.1" }, body: Buffer.from("{}") };
  if (answer.status !== 200) return answer;
  const { SecretValues = [], Errors = [], ...rest } = JSON.parse(answer.body.toString());
  for (const request of denied) {
    Errors.push({
      SecretId: request.id,
      ErrorCode: "AccessDeniedException",
      Message: denial(request, roleArn),
    });
  }
  return { ...answer, body: Buffer.from(JSON.stringify({ ...rest, SecretValues, Errors })) };
}
