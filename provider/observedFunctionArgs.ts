import type { FunctionArgs } from "@pulumi/aws/lambda";
import type * as pulumi from "@pulumi/pulumi";

/** How telemetry travels to ClickStack. */
export enum Protocol {
  /** OTLP over HTTP with protobuf, port 4318 of a ClickStack collector. */
  Http = "http",
  /** OTLP over gRPC, port 4317 of a ClickStack collector. */
  Grpc = "grpc",
}

/** What becomes of a function's logs in CloudWatch. */
export enum CloudWatchLogs {
  /** The function may write its logs to CloudWatch as well. */
  Keep = "Keep",
  /** The function is forbidden to write to its CloudWatch log group. */
  Disable = "Disable",
}

/**
 * Where the extension's layer comes from: exactly one of the two.
 */
export interface ExtensionArgs {
  /**
   * ARN of the layer version to use, with its version number, in the region and for the architecture of the function.
   */
  layerVersionArn?: pulumi.Input<string>;
  /**
   * ARNs of layer versions by region, then by architecture: the output `layerVersionArns` of `ExtensionLayers`. The one
   * for the function's region and architecture is taken.
   */
  layerVersionArns?: pulumi.Input<{
    [region: string]: pulumi.Input<{ [architecture: string]: pulumi.Input<string> }>;
  }>;
}

/**
 * Arguments of `ObservedFunction`: every input of `aws.lambda.Function`, with `role` optional, and where its telemetry
 * goes.
 */
export interface ObservedFunctionArgs extends Partial<FunctionArgs> {
  /**
   * Which layer holds the extension. It is appended to the function's own layers, of which there can be four.
   */
  extension: pulumi.Input<ExtensionArgs>;
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
   * Value of the resource attribute `service.name`. Defaults to the function's name.
   */
  serviceName?: pulumi.Input<string>;
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
   * What becomes of the function's logs in CloudWatch. Defaults to `Keep`. `Disable` leaves the permission out of a role
   * that is made here, and denies it on this function's log group alone, so that a given role can keep its other
   * policies and other functions on it keep their logs. With a `name` (or a log group in `loggingConfig`) the denial is
   * in place before the function exists; otherwise it follows at once.
   */
  cloudWatchLogs?: CloudWatchLogs;
}
