import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { PricingClient } from "@aws-sdk/client-pricing";
import type { ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { Pace } from "./pace";

/** Access to AWS. Credentials are those of the SDK's default chain. */
export interface AwsAccess {
  /** URL of every service, instead of AWS's own. */
  endpoint?: string;
  /** Requests per second to the Lambda API of a region, and to IAM. Default: AWS's quota. */
  requestsPerSecond?: number;
}

/**
 * Requests per second and region that Lambda's API allows for one account (AWS Lambda quotas: "Rate of control plane
 * API requests", and "Rate of GetFunction API requests", which is counted separately).
 */
const quotas = { controlPlane: 15, getFunction: 100 } as const;

/** IAM publishes no quota; this is far below the rate that it throttles. */
const iamPerSecond = 15;

/**
 * In a busy account, requests are occasionally throttled, whatever this client's rate. AWS_MAX_ATTEMPTS overrides it.
 */
const defaultAttempts = 8;

/** SDK clients, each loaded and created on first use, which respect the quotas. */
export class AwsClients {
  private readonly lambdas = new Map<string, Promise<LambdaClient>>();
  private iamClient: Promise<IAMClient> | undefined;
  private readonly others = new Map<string, Promise<{ destroy(): void }>>();

  constructor(private readonly access: AwsAccess = {}) {}

  lambda(region: string): Promise<LambdaClient> {
    const made = this.lambdas.get(region) ?? this.makeLambda(region);
    this.lambdas.set(region, made);
    return made;
  }

  /** IAM is shared by all regions of a partition. @param region one of the partition */
  iam(region: string): Promise<IAMClient> {
    this.iamClient ??= this.makeIam(region);
    return this.iamClient;
  }

  secretsManager(region: string): Promise<SecretsManagerClient> {
    return this.other(`secretsmanager ${region}`, async () => {
      const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
      return new SecretsManagerClient({ region, ...this.place() });
    });
  }

  ssm(region: string): Promise<SSMClient> {
    return this.other(`ssm ${region}`, async () => {
      const { SSMClient } = await import("@aws-sdk/client-ssm");
      return new SSMClient({ region, ...this.place() });
    });
  }

  logs(region: string): Promise<CloudWatchLogsClient> {
    return this.other(`logs ${region}`, async () => {
      const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
      return new CloudWatchLogsClient({ region, ...this.place() });
    });
  }

  cloudWatch(region: string): Promise<CloudWatchClient> {
    return this.other(`cloudwatch ${region}`, async () => {
      const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
      return new CloudWatchClient({ region, ...this.place() });
    });
  }

  ec2(region: string): Promise<EC2Client> {
    return this.other(`ec2 ${region}`, async () => {
      const { EC2Client } = await import("@aws-sdk/client-ec2");
      return new EC2Client({ region, ...this.place() });
    });
  }

  tagging(region: string): Promise<ResourceGroupsTaggingAPIClient> {
    return this.other(`tagging ${region}`, async () => {
      const { ResourceGroupsTaggingAPIClient } = await import("@aws-sdk/client-resource-groups-tagging-api");
      return new ResourceGroupsTaggingAPIClient({ region, ...this.place() });
    });
  }

  /** The Price List API, which few regions have (Billing user guide, "AWS Price List Service endpoints"). */
  pricing(): Promise<PricingClient> {
    return this.other("pricing", async () => {
      const { PricingClient } = await import("@aws-sdk/client-pricing");
      return new PricingClient({ region: "us-east-1", ...this.place() });
    });
  }

  private other<Client extends { destroy(): void }>(
    key: string,
    make: () => Promise<Client>,
  ): Promise<Client> {
    const made = (this.others.get(key) as Promise<Client> | undefined) ?? make();
    this.others.set(key, made);
    return made;
  }

  /** Ends all connections. */
  async destroy(): Promise<void> {
    const clients = await Promise.all([...this.lambdas.values(), this.iamClient, ...this.others.values()]);
    for (const client of clients) client?.destroy();
  }

  private async makeLambda(region: string): Promise<LambdaClient> {
    const { LambdaClient } = await import("@aws-sdk/client-lambda");
    const client = new LambdaClient({ region, ...this.place() });
    const rate = this.access.requestsPerSecond ?? quotas.controlPlane;
    const paces = { other: new Pace(rate), getFunction: new Pace(Math.max(rate, quotas.getFunction)) };
    const turn = (command?: string) =>
      (command === "GetFunctionCommand" ? paces.getFunction : paces.other).turn();
    client.middlewareStack.addRelativeTo(paced(turn), everyAttempt);
    return client;
  }

  private async makeIam(region: string): Promise<IAMClient> {
    const { IAMClient } = await import("@aws-sdk/client-iam");
    const client = new IAMClient({ region, ...this.place() });
    const pace = new Pace(this.access.requestsPerSecond ?? iamPerSecond);
    client.middlewareStack.addRelativeTo(
      paced(() => pace.turn()),
      everyAttempt,
    );
    return client;
  }

  private place(): { endpoint?: string; maxAttempts?: number } {
    const { endpoint } = this.access;
    return {
      ...(endpoint !== undefined && { endpoint }),
      ...(!process.env.AWS_MAX_ATTEMPTS && { maxAttempts: defaultAttempts }),
    };
  }
}

/** The position at which a middleware sees every attempt of a request, not only the first. */
const everyAttempt = { name: "pace", relation: "after", toMiddleware: "retryMiddleware" } as const;

/** A middleware that waits for its turn. */
function paced(turn: (command?: string) => Promise<void>) {
  return <Args, Output>(next: (args: Args) => Promise<Output>, context: { commandName?: string }) =>
    async (args: Args): Promise<Output> => {
      await turn(context.commandName);
      return next(args);
    };
}
