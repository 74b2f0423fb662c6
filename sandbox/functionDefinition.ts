import { checkManaged } from "./managedInstances";
import { checkSnapStart } from "./snapStart";
import { checkTenantIsolation } from "./tenantIsolation";

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

const limits = { memorySizeMb: [128, 10_240], timeoutSeconds: [1, 900] } as const;

/** Lambda's limit on layers of one function. */
const MAX_LAYERS = 5;

/** @throws an error that names the property, when the definition is none that Lambda would accept. */
export function checkFunctionDefinition(definition: FunctionDefinition): void {
  for (const property of ["name", "arn", "region", "version", "runtime", "handler", "code"] as const) {
    if (!definition[property]) throw new Error(`function.${property}: missing`);
  }
  for (const [property, [least, most]] of Object.entries(limits)) {
    const value = definition[property as keyof typeof limits];
    if (!(value >= least && value <= most)) {
      throw new Error(`function.${property}: ${value} is not between ${least} and ${most}`);
    }
  }
  if (definition.layers.length > MAX_LAYERS) {
    throw new Error(
      `function.layers: ${definition.layers.length} layers, but a function has at most ${MAX_LAYERS}`,
    );
  }
  checkKind(definition);
  checkManaged(definition);
  checkSnapStart(definition);
  checkTenantIsolation(definition);
  const machine = process.arch === "arm64" ? "arm64" : "x86_64";
  if (definition.architecture !== machine) {
    throw new Error(
      `function.architecture: ${definition.architecture}, but this machine runs ${machine}; use ${machine} for the local run`,
    );
  }
}

function checkKind({ packageType, imageOpt, layers, initializationType, version }: FunctionDefinition): void {
  if (packageType === "Image" && layers.length > 0) {
    throw new Error(
      "function.layers: functions of package type Image have none; put the files into imageOpt",
    );
  }
  if (packageType !== "Image" && imageOpt !== undefined) {
    throw new Error("function.imageOpt: only functions of package type Image have it; use layers");
  }
  if (initializationType === "provisioned-concurrency" && version === "$LATEST") {
    throw new Error("function.version: provisioned concurrency needs a published version, not $LATEST");
  }
}
