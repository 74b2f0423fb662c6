import type * as pulumi from "@pulumi/pulumi";
import type { PublishedLayers } from "./extensionLayers";

/** Protocol for sending telemetry to ClickStack. */
export enum Protocol {
  /** OTLP over HTTP with protobuf, port 4318 of a ClickStack collector. */
  Http = "http",
  /** OTLP over gRPC, port 4317 of a ClickStack collector. */
  Grpc = "grpc",
}

/** Whether a function's logs are kept in CloudWatch. */
export enum CloudWatchLogs {
  /** The function may also write its logs to CloudWatch. */
  Keep = "Keep",
  /** The function is denied access to its CloudWatch log group. */
  Disable = "Disable",
}

/** The provider of the layers that instrument a function. */
export enum InstrumentationDistribution {
  /**
   * Light tracing, for Node.js and Python. It is in the layers of `ExtensionLayers` together with the extension, so no
   * layer is added, and in the layer with only light tracing.
   */
  Light = "light",
  /** The OpenTelemetry project's layers, for Node.js, Python, Java and Ruby. They contain no collector. */
  OpenTelemetry = "opentelemetry",
  /** AWS's newer layers (`AWSOpenTelemetryDistro…`), for Node.js, Python, Java and .NET. They contain no collector. */
  Adot = "adot",
  /**
   * AWS's older layers (`aws-otel-…`), for Node.js, Python and Java. They contain their own collector, which listens on
   * the extension's ports 4317 and 4318.
   */
  AdotLegacy = "adot-legacy",
}

/**
 * Upstream layers of the Rotel Lambda Extension, `rotel-extension-amd64` and `rotel-extension-arm64`. The layer for the
 * function's region and architecture is used.
 */
export interface RotelLayersArgs {
  /**
   * Number of the layer version, as listed in Rotel's releases: 12 for `v12-alpha`.
   */
  version: pulumi.Input<number>;
  /**
   * Suffix of the layers' names, such as `-alpha`. Defaults to none.
   */
  suffix?: pulumi.Input<string>;
}

/**
 * The source of the extension's layer: exactly one of these.
 */
export interface ExtensionArgs {
  /**
   * ARN of the layer version to use, with its version number, in the region and for the architecture of the function.
   */
  layerVersionArn?: pulumi.Input<string>;
  /**
   * ARNs of layer versions by region, then by architecture: the output `layerVersionArns` of `ExtensionLayers`. The one
   * for the function's region and architecture is used.
   */
  layerVersionArns?: pulumi.Input<{
    [region: string]: pulumi.Input<{ [architecture: string]: pulumi.Input<string> }>;
  }>;
  /**
   * Everything that was published: the output `manifest` of `ExtensionLayers`, also from another stack through a
   * `StackReference`.
   */
  manifest?: pulumi.Input<PublishedLayers>;
  /**
   * Path of a JSON file that contains such a manifest, relative to the program's folder.
   */
  manifestFile?: pulumi.Input<string>;
  /**
   * The upstream layers of the Rotel Lambda Extension instead of your own layers.
   */
  rotel?: pulumi.Input<RotelLayersArgs>;
}

/**
 * Automatic instrumentation, with light tracing, which is in the extension's layer, or a layer of OpenTelemetry
 * libraries. A layer for the function's runtime, region and architecture is added before the extension's.
 * `AWS_LAMBDA_EXEC_WRAPPER` is set.
 */
export interface AutoInstrumentationArgs {
  /**
   * The provider of the layer. Defaults to `light` for Node.js and Python, unless a `version` is given or the extension
   * is Rotel's, and to `opentelemetry` otherwise.
   */
  distribution?: InstrumentationDistribution;
  /**
   * Version of the layer: `0.21.0` for `opentelemetry`, `1-30-2:1` for `adot-legacy`, the number of the layer version for
   * `adot`. Defaults to a known one for the runtime and region.
   */
  version?: pulumi.Input<string>;
  /**
   * ARN of the layer version to use instead of a known one, such as a copy in your own account, or one of
   * `ExtensionLayers`' `tracingLayerVersionArns` for a function with another extension.
   */
  layerVersionArn?: pulumi.Input<string>;
  /**
   * Value of `AWS_LAMBDA_EXEC_WRAPPER`. Defaults to the distribution's script for the runtime.
   */
  execWrapper?: pulumi.Input<string>;
}

/**
 * Direct export into ClickStack's tables in ClickHouse over its HTTP interface, without a collector in between.
 */
export interface ClickHouseArgs {
  /**
   * URL of ClickHouse's HTTP interface with scheme and port, such as `https://clickhouse.example.com:8443`.
   */
  endpoint: pulumi.Input<string>;
  /**
   * User to insert as. Defaults to ClickHouse's `default`.
   */
  user?: pulumi.Input<string>;
  /**
   * ARN of the Secrets Manager secret or Systems Manager parameter that holds the user's password; append `#key` to
   * select a field of a JSON value. To pass the password itself, use `clickhousePassword`.
   */
  password?: pulumi.Input<string>;
  /**
   * Database of the tables. Defaults to `default`, where ClickStack creates its own.
   */
  database?: pulumi.Input<string>;
  /**
   * Prefix of the tables' names. Defaults to `otel`, as in `otel_logs`.
   */
  tablePrefix?: pulumi.Input<string>;
  /**
   * Compression of the inserts, `lz4` or `none`. Defaults to `lz4`.
   */
  compression?: pulumi.Input<string>;
  /**
   * Whether ClickHouse collects inserts before it writes them (`async_insert`). Defaults to true.
   */
  asyncInsert?: pulumi.Input<boolean>;
  /**
   * Whether the tables' attribute columns are of type `JSON` instead of `Map`. Detected automatically, unless the user may
   * not read the tables' columns.
   */
  enableJson?: pulumi.Input<boolean>;
}
