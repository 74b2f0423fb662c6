import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { PluginContext } from "./context";
import { isObject, type PropertyMap } from "./values";

/** Configuration of one provider instance (`new aws.Provider(...)`, stack configuration `aws:*`). */
export interface ProviderConfig {
  region?: string;
  accessKey?: string;
  secretKey?: string;
  token?: string;
  /** Endpoint of every service that has none in `endpoints`. */
  endpoint?: string;
  /** Endpoint by service (`lambda`, `iam`, …). */
  endpoints: Record<string, string>;
  defaultTags: Record<string, string>;
}

/**
 * Reads the provider's configuration as the engine sends it: every property that is not a string as JSON in a string.
 * What is missing there comes from the environment variables that every AWS SDK reads.
 */
export function providerConfig(args: PropertyMap, environment: NodeJS.ProcessEnv): ProviderConfig {
  const text = (key: string, ...variables: string[]) => {
    const given = args[key] || variables.map((name) => environment[name]).find(Boolean);
    return typeof given === "string" ? given : undefined;
  };
  const endpoints = [decoded(args.endpoints)].flat().filter(isObject);
  const defaultTags = decoded(args.defaultTags);
  return {
    region: text("region", "AWS_REGION", "AWS_DEFAULT_REGION"),
    accessKey: text("accessKey", "AWS_ACCESS_KEY_ID"),
    secretKey: text("secretKey", "AWS_SECRET_ACCESS_KEY"),
    token: text("token", "AWS_SESSION_TOKEN"),
    endpoint: environment.AWS_ENDPOINT_URL || undefined,
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

/** SDK clients of one region, created at first use, and the provider's settings that a resource needs. */
export class AwsClients {
  readonly partition = "aws";
  readonly defaultTags: Record<string, string>;
  private readonly made = new Map<string, unknown>();

  constructor(
    private readonly config: ProviderConfig,
    readonly region: string,
    private readonly context: PluginContext,
  ) {
    this.defaultTags = config.defaultTags;
  }

  /** The folder to which the program's relative paths refer. */
  get directory(): string {
    return this.context.directory;
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

  get sqs(): SQSClient {
    return this.client("sqs", SQSClient);
  }

  async callerIdentity() {
    const identity = await this.client("sts", STSClient).send(new GetCallerIdentityCommand({}));
    return { accountId: identity.Account ?? "", arn: identity.Arn ?? "", userId: identity.UserId ?? "" };
  }

  /**
   * Where a service answers.
   * @throws if no endpoint is configured: this provider must never reach the real AWS.
   */
  endpoint(service: string): string {
    const { endpoints } = this.config;
    // The provider also takes the services' other names: `logs` and `cloudwatchlogs` are one.
    const named = endpoints[service] ?? (service === "cloudwatchlogs" ? endpoints.logs : undefined);
    const endpoint = named ?? this.config.endpoint;
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
    const { accessKey, secretKey, token } = this.config;
    const credentials =
      accessKey && secretKey
        ? { accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken: token }
        : undefined;
    return {
      region: this.region,
      endpoint: this.endpoint(service),
      ...(credentials && { credentials }),
    };
  }
}
