import {
  CreateFunctionCommand,
  type CreateFunctionRequest,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
  type TenantIsolationMode,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import type { FunctionArgs, FunctionState } from "@pulumi/aws/lambda";
import { archiveBytes } from "../base/assets";
import type { AwsClients } from "../base/clients";
import { defineResource, ifFound, type Plain, type ResourceChange, tagChanges } from "../base/resource";
import { readConfiguration } from "./lambdaFunctionState";
import { functionValidators } from "./lambdaValidators";

type Args = Plain<FunctionArgs>;
type State = Plain<FunctionState>;

const codeInputs = [
  "code",
  "sourceCodeHash",
  "s3Bucket",
  "s3Key",
  "s3ObjectVersion",
  "imageUri",
  "architectures",
];
const notConfiguration = [
  ...codeInputs,
  "tags",
  "tagsAll",
  "reservedConcurrentExecutions",
  "publish",
  "skipDestroy",
];
/** The provider's value for "no reservation". */
const unreserved = -1;

/** `aws.lambda.Function`. */
export const lambdaFunction = defineResource<FunctionArgs, FunctionState>({
  token: "aws:lambda/function:Function",
  inputs: [
    ...["architectures", "capacityProviderConfig", "code", "deadLetterConfig", "description"],
    ...["durableConfig", "environment", "ephemeralStorage"],
    ...["fileSystemConfig", "handler", "imageConfig", "imageUri", "kmsKeyArn", "layers", "loggingConfig"],
    ...["memorySize", "name", "packageType", "publish", "reservedConcurrentExecutions", "role", "runtime"],
    ...[
      "s3Bucket",
      "s3Key",
      "s3ObjectVersion",
      "skipDestroy",
      "snapStart",
      "sourceCodeHash",
      "tags",
      "timeout",
    ],
    ...["tenancyConfig", "tracingConfig", "vpcConfig"],
  ] as (keyof FunctionArgs)[],
  required: ["role"],
  defaults: {
    memorySize: 128,
    packageType: "Zip",
    publish: false,
    reservedConcurrentExecutions: unreserved,
    skipDestroy: false,
    timeout: 3,
  },
  autoName: { maxLength: 64 },
  replaceOn: ["name", "packageType", "tenancyConfig"],
  validators: functionValidators,
  exactlyOneOf: ["code", "imageUri", "s3Bucket"],
  computed: [
    ...[
      "architectures",
      "arn",
      "ephemeralStorage",
      "invokeArn",
      "lastModified",
      "loggingConfig",
      "qualifiedArn",
    ],
    ...["qualifiedInvokeArn", "responseStreamingInvokeArn", "signingJobArn", "signingProfileVersionArn"],
    ...["sourceCodeHash", "sourceCodeSize", "tracingConfig", "version"],
  ] as (keyof FunctionState)[],
  recomputed(changed, inputs) {
    const code = changed.some((key) => codeInputs.includes(key));
    return [
      "lastModified",
      ...(code ? (["sourceCodeHash", "sourceCodeSize"] as const) : []),
      ...(inputs.publish ? (["version", "qualifiedArn", "qualifiedInvokeArn"] as const) : []),
    ];
  },
  regional: true,
  create: createFunction,
  read: readFunction,
  update: updateFunction,
  async delete(aws, id, state) {
    if (state.skipDestroy) return;
    await ifFound(aws.lambda.send(new DeleteFunctionCommand({ FunctionName: id })));
  },
});

async function createFunction(aws: AwsClients, inputs: Args): Promise<string> {
  const name = inputs.name ?? "";
  await aws.lambda.send(
    new CreateFunctionCommand({
      ...configuration(inputs),
      PackageType: inputs.packageType as CreateFunctionRequest["PackageType"],
      Architectures: inputs.architectures as CreateFunctionRequest["Architectures"],
      Publish: inputs.publish,
      Tags: { ...aws.defaultTags, ...inputs.tags },
      TenancyConfig: inputs.tenancyConfig && {
        TenantIsolationMode: inputs.tenancyConfig.tenantIsolationMode as TenantIsolationMode,
      },
      Code: await code(aws, inputs),
    }),
  );
  await reserveConcurrency(aws, name, inputs);
  return name;
}

async function updateFunction(
  aws: AwsClients,
  id: string,
  change: ResourceChange<FunctionArgs, FunctionState>,
) {
  const { inputs, old, changed } = change;
  const configured = changed.some((key) => !notConfiguration.includes(key));
  const coded = changed.some((key) => codeInputs.includes(key));
  if (configured) {
    await aws.lambda.send(new UpdateFunctionConfigurationCommand(configuration(inputs)));
    await settled(aws, id);
  }
  if (coded) {
    const Architectures = (inputs.architectures ??
      old.architectures) as CreateFunctionRequest["Architectures"];
    await aws.lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName: id, Architectures, ...(await code(aws, inputs)) }),
    );
    await settled(aws, id);
  }
  if (changed.includes("reservedConcurrentExecutions")) await reserveConcurrency(aws, id, inputs);
  if (changed.includes("tags") || changed.includes("tagsAll")) {
    const Resource = old.arn ?? "";
    const tags = tagChanges(old.tagsAll, { ...aws.defaultTags, ...inputs.tags });
    if (tags.removed.length > 0)
      await aws.lambda.send(new UntagResourceCommand({ Resource, TagKeys: tags.removed }));
    await aws.lambda.send(new TagResourceCommand({ Resource, Tags: tags.set }));
  }
  if (inputs.publish && (configured || coded))
    await aws.lambda.send(new PublishVersionCommand({ FunctionName: id }));
}

/** Lambda rejects a change while another one is in progress; GetFunction shows that none is. */
async function settled(aws: AwsClients, FunctionName: string): Promise<void> {
  await aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
}

/** Everything, also what is empty: an update must remove what the program no longer sets. */
function configuration(inputs: Args) {
  const { loggingConfig: logging, vpcConfig: vpc } = inputs;
  return {
    FunctionName: inputs.name,
    Role: inputs.role,
    Handler: inputs.handler,
    Runtime: inputs.runtime as CreateFunctionRequest["Runtime"],
    Description: inputs.description ?? "",
    Timeout: inputs.timeout,
    MemorySize: inputs.memorySize,
    Layers: inputs.layers ?? [],
    Environment: { Variables: inputs.environment?.variables ?? {} },
    KMSKeyArn: inputs.kmsKeyArn ?? "",
    CapacityProviderConfig: capacityProvider(inputs),
    DurableConfig: inputs.durableConfig && {
      ExecutionTimeout: inputs.durableConfig.executionTimeout,
      RetentionPeriodInDays: inputs.durableConfig.retentionPeriod,
    },
    DeadLetterConfig: { TargetArn: inputs.deadLetterConfig?.targetArn ?? "" },
    EphemeralStorage: { Size: inputs.ephemeralStorage?.size ?? 512 },
    FileSystemConfigs: inputs.fileSystemConfig
      ? [{ Arn: inputs.fileSystemConfig.arn, LocalMountPath: inputs.fileSystemConfig.localMountPath }]
      : [],
    ImageConfig: {
      Command: inputs.imageConfig?.commands,
      EntryPoint: inputs.imageConfig?.entryPoints,
      WorkingDirectory: inputs.imageConfig?.workingDirectory,
    },
    LoggingConfig: logging && {
      LogFormat: logging.logFormat,
      ApplicationLogLevel: logging.applicationLogLevel,
      SystemLogLevel: logging.systemLogLevel,
      LogGroup: logging.logGroup,
    },
    SnapStart: { ApplyOn: inputs.snapStart?.applyOn ?? "None" },
    TracingConfig: { Mode: inputs.tracingConfig?.mode ?? "PassThrough" },
    VpcConfig: { SubnetIds: vpc?.subnetIds ?? [], SecurityGroupIds: vpc?.securityGroupIds ?? [] },
  } as Omit<CreateFunctionRequest, "Code">;
}

function capacityProvider({ capacityProviderConfig: given }: Args) {
  const managed = given?.lambdaManagedInstancesCapacityProviderConfig;
  return (
    managed && {
      LambdaManagedInstancesCapacityProviderConfig: {
        CapacityProviderArn: managed.capacityProviderArn,
        ExecutionEnvironmentMemoryGiBPerVCpu: managed.executionEnvironmentMemoryGibPerVcpu,
        PerExecutionEnvironmentMaxConcurrency: managed.perExecutionEnvironmentMaxConcurrency,
      },
    }
  );
}

async function code(aws: AwsClients, inputs: Args) {
  if (inputs.code !== undefined) return { ZipFile: await archiveBytes(inputs.code, aws.directory) };
  if (inputs.imageUri) return { ImageUri: inputs.imageUri };
  if (inputs.s3Bucket) {
    return { S3Bucket: inputs.s3Bucket, S3Key: inputs.s3Key, S3ObjectVersion: inputs.s3ObjectVersion };
  }
  throw new Error("one of code, imageUri or s3Bucket must be given");
}

async function reserveConcurrency(aws: AwsClients, FunctionName: string, inputs: Args): Promise<void> {
  const reserved = inputs.reservedConcurrentExecutions ?? unreserved;
  if (reserved === unreserved) {
    await ifFound(aws.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName })));
  } else {
    await aws.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: reserved }),
    );
  }
}

async function readFunction(aws: AwsClients, id: string, known: Partial<State>): Promise<State | undefined> {
  const found = await ifFound(aws.lambda.send(new GetFunctionCommand({ FunctionName: id })));
  if (!found?.Configuration) return undefined;
  const arn = found.Configuration.FunctionArn ?? "";
  const version = known.publish ? await latestVersion(aws, id) : "$LATEST";
  const uri = (date: string, target: string, action: string) =>
    `arn:${aws.partition}:apigateway:${aws.region}:lambda:path/${date}/functions/${target}/${action}`;
  return {
    ...readConfiguration(found),
    arn,
    version,
    qualifiedArn: `${arn}:${version}`,
    invokeArn: uri("2015-03-31", arn, "invocations"),
    qualifiedInvokeArn: uri("2015-03-31", `${arn}:${version}`, "invocations"),
    responseStreamingInvokeArn: uri("2021-11-15", arn, "response-streaming-invocations"),
    reservedConcurrentExecutions: found.Concurrency?.ReservedConcurrentExecutions ?? unreserved,
    sourceCodeHash: known.sourceCodeHash ?? found.Configuration.CodeSha256,
    sourceCodeSize: found.Configuration.CodeSize,
    tagsAll: found.Tags ?? {},
  };
}

async function latestVersion(aws: AwsClients, FunctionName: string): Promise<string> {
  const listed = await aws.lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
  return listed.Versions?.at(-1)?.Version ?? "$LATEST";
}
