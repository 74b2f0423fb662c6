import type { FunctionArgs } from "@pulumi/aws/lambda";
import type * as pulumi from "@pulumi/pulumi";
import type {
  AutoInstrumentationArgs,
  ClickHouseArgs,
  CloudWatchLogs,
  ExtensionArgs,
  Protocol,
} from "./telemetryArgs";

/**
 * Arguments of `ObservedFunction`: every input of `aws.lambda.Function`, with `role` optional, and where its telemetry
 * goes.
 */
export interface ObservedFunctionArgs extends Partial<FunctionArgs> {
  /**
   * ARN of the function's execution role, in the account that the function is made in. Without it a role is made that is
   * allowed just what the function's arguments need. It may write to the function's log group alone where that is known
   * before the function exists: with `name`, `logRetentionInDays`, or a log group in `loggingConfig`. A role that is given gets inline policies for the secrets that the
   * settings refer to, and for `cloudWatchLogs`; it has to have its other permissions already.
   */
  role?: pulumi.Input<string>;
  /**
   * Which layer holds the extension. It is appended to the function's own layers, of which there can be four. Required,
   * except for functions from container images, whose image has to hold the extension in `/opt/extensions`.
   */
  extension?: pulumi.Input<ExtensionArgs>;
  /**
   * Base URL of ClickStack's OTLP endpoint, with scheme and port, such as `https://clickstack.example.com:4318`; the
   * paths `/v1/logs`, `/v1/traces` and `/v1/metrics` are appended. Without it the extension drops all telemetry.
   */
  endpoint?: pulumi.Input<string>;
  /**
   * How telemetry travels to the endpoint. Defaults to `http`.
   */
  protocol?: pulumi.Input<Protocol>;
  /**
   * Headers of every export request. Values are sent as they are; `${arn:...}` in a value stands for the secret or
   * parameter of that ARN, which the extension fetches when it starts. They are readable in the function's environment:
   * do not put keys here, but into `authorization` or a reference.
   */
  headers?: pulumi.Input<{ [name: string]: pulumi.Input<string> }>;
  /**
   * ARN of the Secrets Manager secret or Systems Manager parameter that holds the ingestion key, sent as the
   * `Authorization` header just as it is stored. Append `#key` to take one field of a JSON value. The extension reads it
   * when it starts, and the role is allowed just that: the key never enters the function's environment nor the state.
   */
  authorization?: pulumi.Input<string>;
  /**
   * The ingestion key itself, in place of `authorization`, sent as the `Authorization` header just as it is. It is stored
   * in a secret of AWS Secrets Manager that belongs to the component, and is a secret in the stack's state.
   */
  ingestionKey?: pulumi.Input<string>;
  /**
   * Value of the resource attribute `service.name`. Defaults to the function's name.
   */
  serviceName?: pulumi.Input<string>;
  /**
   * Value of the resource attribute `service.version`.
   */
  serviceVersion?: pulumi.Input<string>;
  /**
   * Resource attributes set on all logs, traces and metrics, such as `deployment.environment.name`.
   */
  resourceAttributes?: pulumi.Input<{ [name: string]: pulumi.Input<string> }>;
  /**
   * Any other setting of the extension, by its name (`otlpExporterRequestTimeout`) or by its environment variable
   * (`ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT`), all values as text. An unknown name is an error.
   */
  settings?: pulumi.Input<{ [name: string]: pulumi.Input<string> }>;
  /**
   * Path of a file with further settings, as the function sees it: `/var/task/clickstack.env` for a file in its code. The
   * role may read the secrets that the file refers to when it is in the code of the function; for a file elsewhere name
   * them in `secretArns`.
   */
  envFile?: pulumi.Input<string>;
  /**
   * Direct export into ClickHouse, in place of `endpoint`.
   */
  clickhouse?: ClickHouseArgs;
  /**
   * Password of the ClickHouse user itself, in place of `clickhouse.password`. It is stored in a secret of AWS Secrets
   * Manager that belongs to the component, and is a secret in the stack's state.
   */
  clickhousePassword?: pulumi.Input<string>;
  /**
   * ARNs of further Secrets Manager secrets and Systems Manager parameters that the role may read, for references that
   * cannot be seen here.
   */
  secretArns?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * ARNs of the customer managed KMS keys that the secrets are encrypted with. The role may decrypt with them by way of
   * Secrets Manager and Systems Manager alone. Secrets that the component stores itself are encrypted with the first.
   */
  secretKmsKeyArns?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Instruments the function's code by a layer of OpenTelemetry libraries. Off when left out; `{}` turns it on.
   */
  autoInstrumentation?: AutoInstrumentationArgs;
  /**
   * What happens to the function's logs in CloudWatch. Defaults to `Keep`. `Disable` denies the role, made or given, this
   * function's log group, whatever else the role allows, so that other functions on it keep their logs; a role that is
   * made here also gets no permission for logs. With a `name` (or a log group in `loggingConfig`) the denial is in place
   * before the function exists; otherwise it follows immediately.
   */
  cloudWatchLogs?: CloudWatchLogs;
  /**
   * With `cloudWatchLogs` set to `Disable`: whether logs are only denied once ClickStack has taken a log record that the
   * deployment itself sends with the function's endpoint, headers and key, at every update. When it does not, the update
   * fails and nothing more is denied. The endpoint has to be reachable from where Pulumi runs. Of several exporters each
   * that gets logs has to take one; an env file has to be in `code`, since it may say where logs go. Defaults to false.
   */
  requireDelivery?: boolean;
  /**
   * Days after which CloudWatch deletes the function's logs. The component manages the log group then: it creates it, or
   * takes over the one that exists already, with the logs in it. Either is deleted with the component, or when this is
   * removed. Without `name` and without a log group in `loggingConfig` the log group gets a name of its own. It stays with
   * `Disable`, so that what it holds can age out.
   */
  logRetentionInDays?: pulumi.Input<number>;
  /**
   * Name in the program, or URN, of the `aws.lambda.Function` that this function was until now. It is taken over as it
   * is instead of being replaced.
   */
  functionAlias?: string;
}
