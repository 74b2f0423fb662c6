/**
 * The part of the aws package's schema that other packages' schemas refer to, so that the engine can bind them: the
 * tokens are the real ones, the properties are left out.
 */
export function miniSchema(version: string, resourceTokens: Iterable<string>): string {
  const nothing = { type: "object", properties: {} };
  const resource = { properties: {}, inputProperties: {} };
  return JSON.stringify({
    name: "aws",
    version,
    meta: { moduleFormat: "(.*)(?:/[^/]*)" },
    language: {
      // Generators name the argument types after this: without it `FunctionEnvironmentArgs` is not found.
      nodejs: { packageName: "@pulumi/aws", compatibility: "tfbridge20", disableUnionOutputTypes: true },
      python: { packageName: "pulumi_aws", compatibility: "tfbridge20", moduleNameOverrides: {} },
      go: { importBasePath: "github.com/pulumi/pulumi-aws/sdk/v7/go/aws" },
    },
    config: {},
    provider: resource,
    resources: Object.fromEntries([...resourceTokens].map((token) => [token, resource])),
    types: {
      ...Object.fromEntries(
        functionTypes.map((name) => [`aws:lambda/Function${name}:Function${name}`, nothing]),
      ),
      "aws:lambda/Runtime:Runtime": { type: "string", enum: runtimes.map((value) => ({ value })) },
    },
    functions: {},
  });
}

/** Object types of `aws.lambda.FunctionArgs`: `FunctionEnvironment` and so on. */
const functionTypes = [
  ...["CapacityProviderConfig", "DeadLetterConfig", "DurableConfig", "Environment", "EphemeralStorage"],
  ...[
    "FileSystemConfig",
    "ImageConfig",
    "LoggingConfig",
    "SnapStart",
    "TenancyConfig",
    "TracingConfig",
    "VpcConfig",
  ],
];

const runtimes = ["nodejs20.x", "nodejs22.x", "python3.11", "python3.12", "python3.13", "provided.al2023"];
