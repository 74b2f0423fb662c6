import {
  ApplicationLogLevel,
  Architecture,
  LogFormat,
  PackageType,
  Runtime,
  SnapStartApplyOn,
  SystemLogLevel,
  TenantIsolationMode,
  TracingMode,
} from "@aws-sdk/client-lambda";
import {
  all,
  arn,
  atMost,
  between,
  length,
  logGroupName,
  matches,
  oneOf,
  type Validator,
} from "../base/validators";

const values = (choices: Record<string, string>) => oneOf(Object.values(choices));
/** The provider's default for "not given". */
const orEmpty = (choices: Record<string, string>) => oneOf(["", ...Object.values(choices)]);

/** Lengths of function names, as the rest of an ARN. */
const functionName: Validator = all(
  matches(/^[0-9A-Za-z_-]+$/, "must be valid function name or function ARN"),
  (value, property) =>
    String(value).length > 64
      ? `expected length of the Lambda function name to be less than or equal to 64, got ${String(value)} (${String(value).length} characters) in ${property}`
      : undefined,
);

/** What the provider checks of `aws.lambda.Function`; Lambda checks everything else. */
export const functionValidators: Readonly<Record<string, Validator>> = {
  name: functionName,
  architectures: atMost(1),
  "architectures[]": values(Architecture),
  "deadLetterConfig.targetArn": arn,
  "durableConfig.executionTimeout": between(1, 31_622_400),
  "durableConfig.retentionPeriod": between(1, 90),
  "ephemeralStorage.size": between(512, 10_240),
  "fileSystemConfig.arn": arn,
  "fileSystemConfig.localMountPath": matches(/^\/mnt\/[0-9A-Za-z_.-]+$/, "must start with '/mnt/'"),
  handler: length(1, 128),
  kmsKeyArn: arn,
  layers: atMost(5),
  "layers[]": arn,
  "loggingConfig.applicationLogLevel": orEmpty(ApplicationLogLevel),
  "loggingConfig.logFormat": values(LogFormat),
  "loggingConfig.logGroup": logGroupName,
  "loggingConfig.systemLogLevel": orEmpty(SystemLogLevel),
  memorySize: between(128, 32_768),
  packageType: values(PackageType),
  reservedConcurrentExecutions: between(-1, Number.MAX_SAFE_INTEGER),
  role: arn,
  runtime: values(Runtime),
  "snapStart.applyOn": values(SnapStartApplyOn),
  "tenancyConfig.tenantIsolationMode": values(TenantIsolationMode),
  // The limit in @pulumi/aws 7.48, even if Lambda itself accepts more by now.
  timeout: between(1, 900),
  "tracingConfig.mode": values(TracingMode),
};

/** What the provider checks of `aws.lambda.LayerVersion`. */
export const layerValidators: Readonly<Record<string, Validator>> = {
  compatibleArchitectures: atMost(2),
  "compatibleArchitectures[]": values(Architecture),
  compatibleRuntimes: atMost(15),
  "compatibleRuntimes[]": values(Runtime),
  licenseInfo: length(0, 512),
};

/** What the provider checks of `aws.lambda.Permission`. */
export const permissionValidators: Readonly<Record<string, Validator>> = {
  action: matches(
    /^(lambda:[*]|lambda:[A-Za-z]+|[*])$/,
    "must be a valid action (usually starts with lambda:)",
  ),
  qualifier: all(
    matches(/^[0-9A-Za-z_$-]+$/, "must contain alphanumeric, dollar signs, underscores or dashes only"),
    length(1, 128),
  ),
  sourceArn: arn,
  statementId: all(
    matches(/^[0-9A-Za-z_-]+$/, "must contain alphanumeric, underscores or dashes only"),
    length(1, 100),
  ),
};
