import type { EmbeddedAws } from "../../../../sandbox/aws/embeddedAws";
import { type AwsCall, forward, startAwsProxy } from "../../../../sandbox/aws/proxy";

/** An embedded AWS that records the requested actions. */
export interface RecordedAws {
  aws: EmbeddedAws;
  /** By their names in IAM, such as `secretsmanager:CreateSecret`; actions on Lambda functions are omitted. */
  actions: Set<string>;
  stop(): Promise<void>;
}

/** Puts a recorder in front of an embedded AWS. */
export async function recordActions(aws: EmbeddedAws): Promise<RecordedAws> {
  const actions = new Set<string>();
  const { endpoint, port, stop } = await startAwsProxy((call) => {
    const action = actionOf(call);
    if (action !== undefined) actions.add(action);
    return forward(aws, call);
  });
  const environment = { ...aws.environment, AWS_ENDPOINT_URL: endpoint };
  return { aws: { ...aws, endpoint, port, environment }, actions, stop };
}

/** The names of the services in `X-Amz-Target`. */
const services: Record<string, string> = {
  AmazonSSM: "ssm",
  Logs_20140328: "logs",
  secretsmanager: "secretsmanager",
};

function actionOf({ method, path, headers, body }: AwsCall): string | undefined {
  const [prefix = "", operation] = (headers["x-amz-target"] ?? "").split(".");
  if (operation !== undefined) return `${services[prefix] ?? prefix}:${operation}`;
  // The signature names the service: `Credential=<key>/<date>/<region>/<service>/aws4_request`.
  const service = /Credential=(?:[^/]+\/){3}([^/]+)\//.exec(headers.authorization ?? "")?.[1];
  if (service === "lambda") return layerAction(method, path);
  return `${service}:${new URLSearchParams(body.toString()).get("Action")}`;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
function layerAction(method: string, path: string): string | undefined {
  const below = /^\/[\d-]+\/layers\b([^?]*)/.exec(path)?.[1];
  if (below === undefined) return undefined;
  const forms: [RegExp, Record<string, string>][] = [
    [/^$/, { GET: "GetLayerVersion" }],
    [/^\/[^/]+\/versions$/, { POST: "PublishLayerVersion", GET: "ListLayerVersions" }],
    [/^\/[^/]+\/versions\/\d+$/, { GET: "GetLayerVersion", DELETE: "DeleteLayerVersion" }],
    [/\/policy$/, { POST: "AddLayerVersionPermission", GET: "GetLayerVersionPolicy" }],
    [/\/policy\/[^/]+$/, { DELETE: "RemoveLayerVersionPermission" }],
  ];
  const operations = forms.find(([form]) => form.test(below))?.[1];
  return `lambda:${operations?.[method] ?? `${method} ${below}`}`;
}
