import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { evaluate, type PolicyDocument } from "../policy";
import { rolePolicies } from "../rolePolicies";
import { clientOptions, type EmbeddedAws } from "./embeddedAws";
import { type AskedFor, askedFor, type CallBody } from "./gatePolicy";

/** A running gate: give its endpoint to a function in place of the embedded AWS's. */
export interface Gate {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  port: number;
  /** Ends it. May be called twice. */
  stop(): Promise<void>;
}

/** A request to the embedded AWS, read whole. */
interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * Starts a proxy in front of the embedded AWS that lets calls to Secrets Manager and Systems Manager through only when
 * an execution role's identity policies allow them, as IAM does. The policies are read anew for every call; resource
 * policies and keys are not regarded, and other services pass.
 *
 * @param options the embedded AWS, and the role with whose permissions the calls are made
 */
export async function startGate(options: { aws: EmbeddedAws; roleArn: string }): Promise<Gate> {
  const server = createServer((request, response) => {
    handle(request, response, options).catch((error: unknown) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { aws, roleArn }: { aws: EmbeddedAws; roleArn: string },
): Promise<void> {
  const call = await readCall(request);
  const asked = await asks(aws, call);
  const denied = asked ? denials(await rolePolicies(aws, roleArn), asked) : [];
  const isBatch = call.headers["x-amz-target"] === "secretsmanager.BatchGetSecretValue";
  const [first] = denied;
  // A batch answers what it may, and says of the others that it may not; any other call fails as a whole.
  if (first && !(isBatch && denied.every(({ id }) => id !== ""))) {
    const text = JSON.stringify({ __type: "AccessDeniedException", Message: denial(first, roleArn) });
    response.writeHead(400, {
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-errortype": "AccessDeniedException",
    });
    response.end(text);
    return;
  }
  const answer = first ? await partialBatch(aws, call, denied, roleArn) : await forward(aws, call);
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    [value ?? ""].flat().join(","),
  ]);
  const { method = "GET", url: path = "/" } = request;
  return { method, path, headers: Object.fromEntries(headers), body: Buffer.concat(chunks) };
}

async function asks(aws: EmbeddedAws, call: Call): Promise<AskedFor[] | undefined> {
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
  call: Call,
  denied: readonly (AskedFor & { explicit: boolean })[],
  roleArn: string,
) {
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

async function forward(aws: EmbeddedAws, { method, path, headers, body }: Call) {
  const { host: _host, connection: _connection, "content-length": _length, ...passed } = headers;
  const hasBody = method !== "GET" && method !== "HEAD";
  const answer = await fetch(`${aws.endpoint}${path}`, {
    method,
    headers: passed,
    body: hasBody ? new Uint8Array(body) : undefined,
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const type = answer.headers.get("content-type");
  const error = answer.headers.get("x-amzn-errortype");
  return {
    status: answer.status,
    headers: { ...(type && { "content-type": type }), ...(error && { "x-amzn-errortype": error }) },
    body: bytes,
  };
}
