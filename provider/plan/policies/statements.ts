import type { SecretReference } from "../telemetry/references";

/** One statement of an IAM policy. */
export interface PolicyStatement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Action: string[];
  Resource: string[];
  /** Operator → context key → values. */
  Condition?: Record<string, Record<string, string[]>>;
}

const logActions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];

/** An IAM policy as JSON text, with its statements in the order given. */
export function policyDocument(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** The trust policy that lets AWS Lambda assume an execution role. */
export function assumeRolePolicy(): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    ],
  });
}

/**
 * The minimum that the extension needs to resolve these references. A single secret in a region needs GetSecretValue on
 * that secret; several are read with one BatchGetSecretValue, which AWS grants only on `*` and which returns nothing
 * without GetSecretValue on each secret.
 * @param kmsKeyArns customer managed keys that the secrets are encrypted with; AWS's own keys need no permission.
 */
export function secretStatements(
  references: readonly SecretReference[],
  kmsKeyArns: readonly string[] = [],
): PolicyStatement[] {
  const secrets = distinct(references, "secretsmanager");
  const parameters = distinct(references, "ssm");
  const places = secrets.map(({ partition, region }) => `${partition}:${region}`);
  const statements: PolicyStatement[] = [];
  if (secrets.length > 0) {
    statements.push(
      allow("ReadSecrets", ["secretsmanager:GetSecretValue"], secrets.flatMap(secretResources)),
    );
  }
  if (new Set(places).size < places.length) {
    statements.push(allow("ReadSecretsTogether", ["secretsmanager:BatchGetSecretValue"], ["*"]));
  }
  if (parameters.length > 0) {
    const resources = new Set(parameters.map(parameterResource));
    statements.push(allow("ReadParameters", ["ssm:GetParameters"], [...resources]));
  }
  if (kmsKeyArns.length > 0 && references.length > 0) {
    const services = [...new Set(references.map(serviceEndpoint))].sort();
    const decrypt = allow("DecryptSecrets", ["kms:Decrypt"], [...new Set(kmsKeyArns)]);
    statements.push({ ...decrypt, Condition: { StringEquals: { "kms:ViaService": services } } });
  }
  return statements;
}

/** A service's name in `kms:ViaService` (AWS KMS condition keys). */
function serviceEndpoint({ service, region, partition }: SecretReference): string {
  return `${service}.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}`;
}

/**
 * What the extension needs to request its web identity tokens: only for this audience, signed and valid as it requests
 * them (`runtime/src/aws/secrets/web_identity.rs`). AWS grants the action only on `*` (IAM User Guide, "Controlling
 * access with IAM policies" of outbound identity federation). All audiences of a request have to be among the allowed
 * ones, and `Null` prevents that from being true for a request without any.
 */
export function webIdentityStatement(audience: string): PolicyStatement {
  return {
    ...allow("RequestWebIdentityTokens", ["sts:GetWebIdentityToken"], ["*"]),
    Condition: {
      "ForAllValues:StringEquals": { "sts:IdentityTokenAudience": [audience] },
      Null: { "sts:IdentityTokenAudience": ["false"] },
      NumericLessThanEquals: { "sts:DurationSeconds": [String(longestTokenSeconds)] },
      StringEquals: { "sts:SigningAlgorithm": ["RS256"] },
    },
  };
}

/** Validity of the tokens that the extension requests, in seconds. */
const longestTokenSeconds = 900;

/**
 * A statement without effect, for a policy whose references turned out to be empty: IAM rejects a policy without
 * statements, and whether a policy exists must not depend on values that are only known during an update. It is a
 * denial, so it would grant nothing even if its condition could be true.
 */
export function noEffectStatement(): PolicyStatement {
  return {
    Sid: "NothingToRead",
    Effect: "Deny",
    Action: ["secretsmanager:GetSecretValue"],
    Resource: ["*"],
    Condition: { StringEquals: { "aws:PrincipalType": ["None"] } },
  };
}

/**
 * Denies a role one log group and its streams, whatever else the role allows, so that other functions with the same
 * role keep their logs.
 * @param logGroupArn ARN of the log group, without `:*`.
 */
export function denyLogsStatement(logGroupArn: string): PolicyStatement {
  return {
    Sid: "NoCloudWatchLogs",
    Effect: "Deny",
    Action: logActions,
    Resource: [logGroupArn, `${logGroupArn}:*`],
  };
}

/**
 * The same as a whole policy, as short as possible: the total size of a role's inline policies is limited, and with
 * many functions on a role each has one. `logs:CreateLog*` covers the creation of the group and of its streams.
 */
export function denyLogsDocument(logGroupArn: string): string {
  const { Resource } = denyLogsStatement(logGroupArn);
  const Action = ["logs:CreateLog*", "logs:PutLogEvents"];
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Deny", Action, Resource }] });
}

/**
 * What a function needs to write its logs to CloudWatch: the actions of AWS's own policy AWSLambdaBasicExecutionRole.
 * @param logGroupArns ARNs of log groups, without `:*`. Without them every log group is allowed.
 */
export function writeLogsStatement(logGroupArns?: readonly string[]): PolicyStatement {
  const resources = logGroupArns?.flatMap((arn) => [arn, `${arn}:*`]);
  return allow("WriteLogs", logActions, resources ?? ["*"]);
}

/**
 * What a durable function needs to save and read its progress: the actions of AWS's own policy
 * AWSLambdaBasicDurableExecutionRolePolicy. Lambda authorizes them by the ARN of an execution, which begins with that
 * of a version of the function (Lambda Developer Guide, "Security and permissions for Lambda durable functions").
 * @param functionArns ARNs of functions, without a version. Without them the executions of every function are allowed.
 */
export function durableStatement(functionArns?: readonly string[]): PolicyStatement {
  const actions = ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"];
  return allow("SaveDurableExecutions", actions, functionArns?.map((arn) => `${arn}:*`) ?? ["*"]);
}

/** What Lambda needs to put a function into a VPC. AWS grants these actions only on `*`. */
export function networkStatement(): PolicyStatement {
  const actions = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ];
  return allow("ManageNetworkInterfaces", actions, ["*"]);
}

/** What a function with active X-Ray tracing needs. AWS grants these actions only on `*`. */
export function tracingStatement(): PolicyStatement {
  return allow("SendTraces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]);
}

/**
 * What a function needs to mount an access point of Elastic File System or of S3 Files, and to write to it. The service
 * is the one of the ARN (Service Authorization Reference, "Amazon Elastic File System" and "Amazon S3 Files").
 */
export function fileSystemStatement(accessPointArn: string): PolicyStatement {
  const [, , service = ""] = accessPointArn.split(":");
  const prefix = service === "s3files" ? "s3files" : "elasticfilesystem";
  const [fileSystem = accessPointArn] = accessPointArn.split("/access-point/");
  const resource = prefix === "s3files" ? fileSystem : "*";
  const condition = { StringEquals: { [`${prefix}:AccessPointArn`]: [accessPointArn] } };
  const actions = [`${prefix}:ClientMount`, `${prefix}:ClientWrite`];
  return { ...allow("MountFileSystem", actions, [resource]), Condition: condition };
}

/** What Lambda needs to send failed asynchronous events to a queue or topic. */
export function deadLetterStatement(targetArn: string): PolicyStatement {
  return allow(
    "SendDeadLetters",
    [targetArn.includes(":sqs:") ? "sqs:SendMessage" : "sns:Publish"],
    [targetArn],
  );
}

/** Parts of an execution role's ARN; Lambda requires the role to be in the function's own account. */
export interface RoleIdentity {
  partition: string;
  accountId: string;
  /** Name without the path. */
  roleName: string;
}

/** Parses the ARN of an IAM role; undefined if it is not one. */
export function parseRoleArn(arn: string): RoleIdentity | undefined {
  const groups =
    /^arn:(?<partition>aws[a-z-]*):iam::(?<accountId>\d{12}):role\/(?:.*\/)?(?<roleName>[\w+=,.@-]+)$/.exec(
      arn,
    )?.groups;
  const { partition, accountId, roleName } = groups ?? {};
  return partition && accountId && roleName ? { partition, accountId, roleName } : undefined;
}

/** The identity of a role, from its ARN. An invalid ARN has already been reported. */
export function roleIdentity(arn: string): RoleIdentity {
  return parseRoleArn(arn) ?? { partition: "aws", accountId: "*", roleName: "" };
}

/** ARN of the log group that Lambda writes a function's logs to. */
export function logGroupArn(role: RoleIdentity, region: string, logGroup: string): string {
  return `arn:${role.partition}:logs:${region}:${role.accountId}:log-group:${logGroup}`;
}

/** ARN of a function in the account of its role, without a version. */
export function functionArn(role: RoleIdentity, region: string, name: string): string {
  return `arn:${role.partition}:lambda:${region}:${role.accountId}:function:${name}`;
}

/** Name of a function's default log group. */
export function defaultLogGroup(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

function allow(sid: string, actions: string[], resource: string[]): PolicyStatement {
  return { Sid: sid, Effect: "Allow", Action: actions, Resource: resource };
}

/**
 * AWS ends a secret's ARN with a dash and six random characters; a reference by name omits them. A name such as
 * `prod-secret` is ambiguous, so ARNs that end in six lower-case letters are granted in both forms.
 */
function secretResources({ arn }: SecretReference): string[] {
  if (/-[a-z]{6}$/.test(arn)) return [arn, `${arn}-??????`];
  return /-[A-Za-z0-9]{6}$/.test(arn) ? [arn] : [`${arn}-??????`];
}

/** A reference may name a version or label after a colon; permissions are on the parameter. */
function parameterResource({ arn, resourceName }: SecretReference): string {
  const [name = ""] = resourceName.split(":");
  return `${arn.slice(0, -resourceName.length)}${name}`;
}

function distinct(
  references: readonly SecretReference[],
  service: SecretReference["service"],
): SecretReference[] {
  const byArn = new Map(references.filter((one) => one.service === service).map((one) => [one.arn, one]));
  return [...byArn.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1));
}
