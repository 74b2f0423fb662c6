import type { FunctionConfiguration, GetFunctionResponse } from "@aws-sdk/client-lambda";
import type { FunctionState } from "@pulumi/aws/lambda";
import type { Plain } from "../base/resource";

type State = Plain<FunctionState>;

function readFileSystem({
  FileSystemConfigs: [found] = [],
}: FunctionConfiguration): State["fileSystemConfig"] {
  return found && { arn: found.Arn ?? "", localMountPath: found.LocalMountPath ?? "" };
}

function readImageConfig({ ImageConfigResponse: response }: FunctionConfiguration): State["imageConfig"] {
  const found = response?.ImageConfig;
  return (
    found && {
      commands: found.Command,
      entryPoints: found.EntryPoint,
      workingDirectory: found.WorkingDirectory,
    }
  );
}

function readCapacityProvider({ CapacityProviderConfig: read }: FunctionConfiguration) {
  const found = read?.LambdaManagedInstancesCapacityProviderConfig;
  return (
    found && {
      lambdaManagedInstancesCapacityProviderConfig: {
        capacityProviderArn: found.CapacityProviderArn ?? "",
        executionEnvironmentMemoryGibPerVcpu: found.ExecutionEnvironmentMemoryGiBPerVCpu ?? 2,
        perExecutionEnvironmentMaxConcurrency: found.PerExecutionEnvironmentMaxConcurrency ?? 10,
      },
    }
  );
}

/** A function's configuration as AWS returns it, with the names of `aws.lambda.Function`. */
export function readConfiguration({ Configuration: read = {}, Code }: GetFunctionResponse): State {
  const logging = read.LoggingConfig;
  return {
    architectures: read.Architectures,
    capacityProviderConfig: readCapacityProvider(read),
    deadLetterConfig: read.DeadLetterConfig?.TargetArn
      ? { targetArn: read.DeadLetterConfig.TargetArn }
      : undefined,
    description: read.Description,
    durableConfig: read.DurableConfig && {
      executionTimeout: read.DurableConfig.ExecutionTimeout ?? 0,
      retentionPeriod: read.DurableConfig.RetentionPeriodInDays,
    },
    environment: read.Environment?.Variables && { variables: read.Environment.Variables },
    ephemeralStorage: { size: read.EphemeralStorage?.Size },
    fileSystemConfig: readFileSystem(read),
    handler: read.Handler,
    imageConfig: readImageConfig(read),
    imageUri: Code?.ImageUri,
    kmsKeyArn: read.KMSKeyArn,
    lastModified: read.LastModified,
    layers: (read.Layers ?? []).map((layer) => layer.Arn ?? ""),
    loggingConfig: {
      logFormat: logging?.LogFormat ?? "Text",
      applicationLogLevel: logging?.ApplicationLogLevel,
      systemLogLevel: logging?.SystemLogLevel,
      logGroup: logging?.LogGroup,
    },
    memorySize: read.MemorySize,
    name: read.FunctionName,
    packageType: read.PackageType,
    role: read.Role,
    runtime: read.Runtime,
    signingJobArn: read.SigningJobArn ?? "",
    signingProfileVersionArn: read.SigningProfileVersionArn ?? "",
    snapStart:
      read.SnapStart?.ApplyOn === "None"
        ? undefined
        : { applyOn: read.SnapStart?.ApplyOn ?? "", optimizationStatus: "Off" },
    tenancyConfig: read.TenancyConfig && {
      tenantIsolationMode: read.TenancyConfig.TenantIsolationMode ?? "",
    },
    timeout: read.Timeout,
    tracingConfig: { mode: read.TracingConfig?.Mode ?? "PassThrough" },
    vpcConfig: read.VpcConfig?.VpcId
      ? {
          subnetIds: read.VpcConfig.SubnetIds ?? [],
          securityGroupIds: read.VpcConfig.SecurityGroupIds ?? [],
          vpcId: read.VpcConfig.VpcId,
        }
      : undefined,
  };
}
