import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, trustPolicy } from "../../surroundings";

/** The inputs of the program with all resource types; a test changes them between two updates. */
export interface EveryResourceSettings {
  /** Used in every property that can change in place. */
  revision: number;
  /** Content of the code and of the layer. */
  code: string;
  secret: string;
  /** Value of the function's secret environment variable. */
  token: string;
}

/** A program with one or two resources of each type that the embedded AWS supports. */
export async function everyResource({ revision, code, secret, token }: EveryResourceSettings) {
  const archive = new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(code) });
  const tags = { revision: String(revision) };
  const role = new aws.iam.Role("role", {
    assumeRolePolicy: trustPolicy,
    description: `revision ${revision}`,
    inlinePolicies: [{ name: "inline", policy: allow(`s3:Get${revision}`) }],
    managedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
    tags,
  });
  const other = new aws.iam.Role("other", { assumeRolePolicy: JSON.parse(trustPolicy) });
  new aws.iam.RolePolicy("rolePolicy", { role: other, policy: allow(`ssm:Get${revision}`) });
  const policy = new aws.iam.Policy("policy", { policy: allow(`sqs:Get${revision}`), tags });
  new aws.iam.RolePolicyAttachment("attachment", { role: other.name, policyArn: policy.arn });

  const layer = new aws.lambda.LayerVersion("layer", {
    layerName: "every",
    code: archive,
    compatibleArchitectures: ["x86_64"],
  });
  new aws.lambda.LayerVersionPermission("layerPermission", {
    layerName: layer.layerName,
    versionNumber: layer.version.apply(Number),
    statementId: "everybody",
    action: "lambda:GetLayerVersion",
    principal: "*",
  });
  const fn = new aws.lambda.Function("function", {
    role: role.arn,
    runtime: "nodejs20.x",
    handler: "index.handler",
    code: archive,
    layers: [layer.arn],
    publish: true,
    memorySize: 128 + revision,
    timeout: 10 + revision,
    loggingConfig: { logFormat: "JSON", applicationLogLevel: "DEBUG" },
    environment: { variables: { REVISION: String(revision), TOKEN: pulumi.secret(token) } },
    tags,
  });
  const alias = new aws.lambda.Alias("alias", { functionName: fn.name, functionVersion: fn.version });
  new aws.lambda.Permission("permission", {
    action: "lambda:InvokeFunction",
    function: fn.name,
    principal: "events.amazonaws.com",
  });
  const url = new aws.lambda.FunctionUrl("url", {
    functionName: fn.name,
    authorizationType: revision === 1 ? "NONE" : "AWS_IAM",
  });
  const queue = new aws.sqs.Queue("queue", { visibilityTimeoutSeconds: 60 + revision, tags });
  const mapping = new aws.lambda.EventSourceMapping("mapping", {
    eventSourceArn: queue.arn,
    functionName: fn.arn,
    batchSize: revision,
  });
  const logGroup = new aws.cloudwatch.LogGroup("logGroup", {
    name: pulumi.interpolate`/aws/lambda/${fn.name}`,
    retentionInDays: revision === 1 ? 7 : 14,
    tags,
  });
  return {
    functionName: fn.name,
    qualifiedArn: fn.qualifiedArn,
    invokeArn: fn.invokeArn,
    tagsAll: fn.tagsAll,
    environment: fn.environment,
    layerArn: layer.arn,
    layerHash: layer.sourceCodeHash,
    aliasArn: alias.arn,
    url: url.functionUrl,
    queueArn: queue.arn,
    queueUrl: queue.url,
    mappingState: mapping.state,
    logGroupArn: logGroup.arn,
    ...secrets(secret, revision),
  };
}

function secrets(secretString: string, revision: number) {
  const tags = { revision: String(revision) };
  const secret = new aws.secretsmanager.Secret("secret", {
    description: `revision ${revision}`,
    recoveryWindowInDays: 0,
    tags,
  });
  const version = new aws.secretsmanager.SecretVersion("secretVersion", {
    secretId: secret.id,
    secretString,
  });
  new aws.secretsmanager.SecretPolicy("secretPolicy", {
    secretArn: secret.arn,
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: `Revision${revision}`,
          Effect: "Deny",
          Principal: "*",
          Action: "secretsmanager:DeleteSecret",
          Resource: "*",
        },
      ],
    }),
  });
  const parameter = new aws.ssm.Parameter("parameter", {
    type: "SecureString",
    value: secretString,
    description: `revision ${revision}`,
    tags,
  });
  return {
    secretArn: secret.arn,
    secretString: version.secretString,
    parameterValue: parameter.value,
    parameterName: parameter.name,
  };
}
