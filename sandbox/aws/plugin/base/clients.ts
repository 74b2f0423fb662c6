import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { isObject, type PropertyMap } from "./values";

/** Configuration of one provider instance (`new aws.Provider(...)`, stack configuration `aws:*`). */
export interface ProviderConfig {
  region?: string;
  accessKey?: string;
  secretKey?: string;
  token?: string;
  /** Endpoint by service (`lambda`, `iam`, …). */
  endpoints: Record<string, string>;
  defaultTags: Record<string, string>;
}

/**
 * Reads the provider's configuration as the engine sends it: every property that is not a string as JSON in a string.
 */
export function providerConfig(args: PropertyMap): ProviderConfig {
  const text = (key: string) => (typeof args[key] === "string" && args[key] !== "" ? args[key] : undefined);
  const endpoints = [decoded(args.endpoints)].flat().filter(isObject);
  const defaultTags = decoded(args.defaultTags);
  return {
    region: text("region") ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
    accessKey: text("accessKey"),
    secretKey: text("secretKey"),
    token: text("token"),
    endpoints: strings(Object.assign({}, ...endpoints)),
    defaultTags: isObject(defaultTags) && isObject(defaultTags.tags) ? strings(defaultTags.tags) : {},
  };
}

function decoded(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}

function strings(values: PropertyMap): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}

/** SDK clients of one region, made at first use, and what a resource needs to know of the provider. */
export class AwsClients {
  readonly partition = "aws";
  readonly defaultTags: Record<string, string>;
  private readonly made = new Map<string, unknown>();

  constructor(
    private readonly config: ProviderConfig,
    readonly region: string,
  ) {
    this.defaultTags = config.defaultTags;
  }

  get lambda(): LambdaClient {
    return this.client("lambda", LambdaClient);
  }

  get iam(): IAMClient {
    return this.client("iam", IAMClient);
  }

  get logs(): CloudWatchLogsClient {
    return this.client("cloudwatchlogs", CloudWatchLogsClient);
  }

  get secretsManager(): SecretsManagerClient {
    return this.client("secretsmanager", SecretsManagerClient);
  }

  get ssm(): SSMClient {
    return this.client("ssm", SSMClient);
  }

  async callerIdentity() {
    const identity = await this.client("sts", STSClient).send(new GetCallerIdentityCommand({}));
    return { accountId: identity.Account ?? "", arn: identity.Arn ?? "", userId: identity.UserId ?? "" };
  }

  /** Where a service answers that has no SDK client here, such as `ec2`. */
  endpoint(service: string): string {
    const endpoint = this.config.endpoints[service] ?? process.env.AWS_ENDPOINT_URL;
    if (!endpoint) throw new Error(`no endpoint for ${service}: set AWS_ENDPOINT_URL`);
    return endpoint;
  }

  private client<Client>(
    service: string,
    Type: new (options: ReturnType<AwsClients["options"]>) => Client,
  ): Client {
    const made = (this.made.get(service) as Client | undefined) ?? new Type(this.options(service));
    this.made.set(service, made);
    return made;
  }

  private options(service: string) {
    const { accessKey, secretKey, token, endpoints } = this.config;
    // The provider also takes the services' other names: `logs` and `cloudwatchlogs` are one.
    const endpoint = endpoints[service] ?? (service === "cloudwatchlogs" ? endpoints.logs : undefined);
    const credentials =
      accessKey && secretKey
        ? { accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken: token }
        : undefined;
    return { region: this.region, ...(endpoint && { endpoint }), ...(credentials && { credentials }) };
  }
}
