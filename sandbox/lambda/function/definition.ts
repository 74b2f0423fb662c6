/** When Lambda initializes environments, as AWS_LAMBDA_INITIALIZATION_TYPE says it: for an invocation, or ahead of any. */
export type InitializationType =
  | "on-demand"
  | "provisioned-concurrency"
  | "lambda-managed-instances"
  | "snap-start";

/** A Lambda function as the sandbox runs it: what GetFunction says about it, with its code and layers as files. */
export interface FunctionDefinition {
  name: string;
  arn: string;
  /** 12 digits. */
  accountId: string;
  region: string;
  /** `$LATEST` or a published version's number. */
  version: string;
  /** Runtime identifier, such as `nodejs22.x`, `python3.11` or `provided.al2023`. */
  runtime: string;
  /** As Lambda takes it, such as `index.handler`. */
  handler: string;
  /** In MB: 128 to 10240. */
  memorySizeMb: number;
  /** In seconds: 1 to 900. */
  timeoutSeconds: number;
  architecture: "x86_64" | "arm64";
  /** The function's own environment variables. */
  environment: Record<string, string>;
  /** Path of a zip, or of a directory that is used as it is. */
  code: string;
  /** Paths of zips or directories in Lambda's order: at most five; of two layers with the same file the later one wins. */
  layers: string[];
  /** Default `Zip`. Functions of type `Image` have no layers, and log to standard output and standard error alone. */
  packageType?: "Zip" | "Image";
  /** Of an image: path of a zip or directory with what it has in /opt, such as extensions. Default: nothing. */
  imageOpt?: string;
  /** Default `on-demand`. */
  initializationType?: InitializationType;
  /**
   * On Managed Instances: invocations that one environment takes at a time, 1 to 1600. Default as Lambda's for one vCPU: 64
   * for Node.js, 16 for Python, 8 for `provided`.
   */
  perExecutionEnvironmentMaxConcurrency?: number;
  /** Whether it is a durable function: its runtime's version says so. Executions are `DurableFunctions`'. Default: false. */
  durable?: boolean;
  /** Whether each tenant has execution environments of its own; then every invocation names its tenant. Default: false. */
  tenantIsolation?: boolean;
  /** ARN of the execution role; the log sink decides with it whether the function may write logs. */
  role?: string;
  /** Default `Text`; on Managed Instances always `JSON`. */
  logFormat?: "Text" | "JSON";
  /** Least severe level that the runtime lets through, with the JSON log format. */
  applicationLogLevel?: string;
  /** Least severe level of the platform's own lines in CloudWatch Logs, with the JSON log format. Default `INFO`. */
  systemLogLevel?: string;
}
