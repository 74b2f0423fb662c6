import type { FunctionArgs } from "@pulumi/aws/lambda";
import type * as pulumi from "@pulumi/pulumi";
import type {
  AutoInstrumentationArgs,
  ClickHouseArgs,
  CloudWatchLogs,
  ExtensionArgs,
  Protocol,
} from "./telemetry";

/**
 * Arguments of `ObservedFunction`: every input of `aws.lambda.Function`, with `role` optional, and the destination of
 * its telemetry.
 */
export interface ObservedFunctionArgs extends Partial<FunctionArgs> {
  /**
   * ARN of the function's execution role, in the account that the function is created in. Without it a role is created
   * that allows only what the function's arguments need. It may write only to the function's log group; if Pulumi
   * generates the name, to the log groups of the names that it can generate for the function. A role that you pass gets
   * inline policies for the secrets that the settings refer to, and for `cloudWatchLogs`; it must already have its
   * other permissions.
   */
  role?: pulumi.Input<string>;
  /**
   * The layer that contains the extension. It is appended to the function's own layers, of which there can be four.
   * Required, except for functions from container images, whose image must contain the extension in `/opt/extensions`.
   */
  extension?: pulumi.Input<ExtensionArgs>;
  /**
   * Base URL of ClickStack's OTLP endpoint, with scheme and port, such as `https://clickstack.example.com:4318`; the
   * paths `/v1/logs`, `/v1/traces` and `/v1/metrics` are appended. Without it the extension drops all telemetry.
   */
  endpoint?: pulumi.Input<string>;
  /**
   * Protocol for sending telemetry to the endpoint. Defaults to `http`.
   */
  protocol?: pulumi.Input<Protocol>;
  /**
   * Whether the endpoint is managed ClickStack (ClickHouse Observability): an `endpoint` without scheme means HTTPS on port
   * 443, and the ingestion key is sent as a bearer token, `Authorization: Bearer KEY`. Defaults to false.
   */
  managedClickStack?: pulumi.Input<boolean>;
  /**
   * Headers of every export request. Values are sent as they are; `${arn:...}` in a value is replaced by the secret or
   * parameter with that ARN, which the extension fetches when it starts. Headers are readable in the function's
   * environment: do not put keys here, use `authorization` or a reference.
   */
  headers?: pulumi.Input<{ [name: string]: pulumi.Input<string> }>;
  /**
   * ARN of the Secrets Manager secret or Systems Manager parameter that holds the ingestion key, which is sent as the
   * `Authorization` header exactly as stored. Append `#key` to select a field of a JSON value. The extension reads it
   * when it starts, and the role may read only this: the key is never in the function's environment or in the state.
   */
  authorization?: pulumi.Input<string>;
  /**
   * The ingestion key itself, instead of `authorization`, sent as the `Authorization` header unchanged. It is stored in
   * a secret of AWS Secrets Manager that belongs to the component, and is a secret in the stack's state.
   */
  ingestionKey?: pulumi.Input<string>;
  /**
   * Audience of a web identity token that is sent as the key, instead of `authorization` or `ingestionKey`: the
   * extension requests it from AWS STS and renews it, and the role may request only tokens for this audience. It needs
   * outbound identity federation in the account, and a collector that accepts OIDC tokens of the account's issuer. At
   * most 1,000 characters.
   */
  webIdentityAudience?: pulumi.Input<string>;
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
   * When telemetry is sent. `end`: after each invocation, in billed time. `periodic`: at the beginning of an
   * invocation, concurrently with the handler, at most every 20 seconds. `continuous`: every second while the function
   * runs. A comma and milliseconds (10 to 900000) set another interval for these two: `continuous,5000`. Defaults to
   * `auto`: `end` until invocations come once a minute or more often, then `periodic`.
   */
  flushMode?: pulumi.Input<string>;
  /**
   * Any other setting of the extension, by its name (`otlpExporterRequestTimeout`) or by its environment variable
   * (`ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT`), all values as strings. An unknown name is an error.
   */
  settings?: pulumi.Input<{ [name: string]: pulumi.Input<string> }>;
  /**
   * Path of a file with further settings, in the function's file system: `/var/task/clickstack.env` for a file in its
   * code. The role may read the secrets that the file refers to if it is in the code of the function; for a file
   * elsewhere list them in `secretArns`.
   */
  envFile?: pulumi.Input<string>;
  /**
   * Direct export into ClickHouse, instead of `endpoint`.
   */
  clickhouse?: ClickHouseArgs;
  /**
   * Password of the ClickHouse user itself, instead of `clickhouse.password`. It is stored in a secret of AWS Secrets
   * Manager that belongs to the component, and is a secret in the stack's state.
   */
  clickhousePassword?: pulumi.Input<string>;
  /**
   * ARNs of further Secrets Manager secrets and Systems Manager parameters that the role may read, for references that
   * the component cannot see.
   */
  secretArns?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * ARNs of the customer managed KMS keys that the secrets are encrypted with. The role may decrypt with them only
   * through Secrets Manager and Systems Manager. Secrets that the component stores itself are encrypted with the first
   * one.
   */
  secretKmsKeyArns?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Instruments the function's code, with light tracing (Node.js and Python) or a layer of OpenTelemetry libraries. Off
   * by default; `{}` turns it on.
   */
  autoInstrumentation?: AutoInstrumentationArgs;
  /**
   * Whether the function's logs are kept in CloudWatch. Defaults to `Keep`. `Disable` denies the role, whether created
   * or passed, access to this function's log group, whatever else the role allows, so that other functions with the
   * role keep their logs; a role that is created here also gets no permission for logs. With a `name` (or a log group
   * in `loggingConfig`) the denial is in place before the function exists; otherwise it follows immediately.
   */
  cloudWatchLogs?: CloudWatchLogs;
  /**
   * With `cloudWatchLogs` set to `Disable`: whether logs are only denied once ClickStack has accepted a log record that
   * the deployment itself sends with the function's endpoint, headers and key, at every update. If it does not, the
   * update fails and nothing more is denied. The endpoint must be reachable from where Pulumi runs. With several
   * exporters, each one that gets logs must accept the record; an env file must be in `code`, since it may change the
   * destination of logs. Defaults to false.
   */
  requireDelivery?: boolean;
  /**
   * Number of days after which CloudWatch deletes the function's logs. The component then manages the log group: it
   * creates it, or takes over an existing one with its logs. Either is deleted with the component, or when this
   * argument is removed. Without `name` and without a log group in `loggingConfig` the log group gets a generated name.
   * With `Disable` it is kept, so that its contents can expire.
   */
  logRetentionInDays?: pulumi.Input<number>;
  /**
   * Name in the program, or URN, of the `aws.lambda.Function` that this function was until now. It is taken over
   * unchanged instead of being replaced.
   */
  functionAlias?: string;
}
