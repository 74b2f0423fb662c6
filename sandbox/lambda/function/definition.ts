/**
 * When Lambda initializes environments, with the values of AWS_LAMBDA_INITIALIZATION_TYPE: for an invocation, or before
 * any.
 */
export type InitializationType =
  | "on-demand"
  | "provisioned-concurrency"
  | "lambda-managed-instances"
  | "snap-start";

/** A Lambda function as the sandbox runs it: what GetFunction returns, with its code and layers as files. */
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
  /** In Lambda's format, such as `index.handler`. */
  handler: string;
  /** In MB: 128 to 10240. */
  memorySizeMb: number;
  /** In seconds: 1 to 900. */
  timeoutSeconds: number;
  architecture: "x86_64" | "arm64";
  /** The function's own environment variables. */
  environment: Record<string, string>;
  /** Path of a zip, or of a directory that is used unchanged. */
  code: string;
  /**
   * Paths of zips or directories in Lambda's order: at most five; if two layers have the same file, the later layer's
   * is used.
   */
  layers: string[];
  /** Default `Zip`. Functions of type `Image` have no layers, and log only to standard output and standard error. */
  packageType?: "Zip" | "Image";
  /** For an image: path of a zip or directory with the content of its /opt, such as extensions. Default: nothing. */
  imageOpt?: string;
  /** Default `on-demand`. */
  initializationType?: InitializationType;
  /**
   * On Managed Instances: invocations that one environment accepts at a time, 1 to 1600. Default for one vCPU, as in
   * Lambda: 64 for Node.js, 16 for Python, 8 for `provided`.
   */
  perExecutionEnvironmentMaxConcurrency?: number;
  /**
   * Whether it is a durable function; its runtime's version then indicates this. `DurableFunctions` runs the
   * executions. Default: false.
   */
  durable?: boolean;
  /**
   * Whether each tenant has its own execution environments; then every invocation specifies its tenant. Default: false.
   */
  tenantIsolation?: boolean;
  /** ARN of the execution role, from which the log sink determines whether the function may write logs. */
  role?: string;
  /** Default `Text`; on Managed Instances always `JSON`. */
  logFormat?: "Text" | "JSON";
  /** Minimum level of the runtime's log lines, with the JSON log format. */
  applicationLogLevel?: string;
  /** Minimum level of the platform's own lines in CloudWatch Logs, with the JSON log format. Default `INFO`. */
  systemLogLevel?: string;
}
