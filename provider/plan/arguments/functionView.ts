import { isKnown, type Known } from "../known";
import type { Manifest } from "../layers/choice";
import type { Problem } from "../problem";

/** Map whose values may not be known yet. */
export type KnownMap = Known<Record<string, Known<string>>>;

/** The arguments of an observed function that can be checked, as far as their values are known. */
export interface FunctionView {
  architectures?: Known<Known<string>[]>;
  authorization?: Known<string>;
  autoInstrumentation?: Known<InstrumentationView>;
  /** Only whether it is given: the function runs on Managed Instances then. */
  capacityProviderConfig?: unknown;
  clickhouse?: Known<ClickHouseView>;
  clickhousePassword?: Known<string>;
  /** Only whether it is given. */
  code?: unknown;
  cloudWatchLogs?: Known<string>;
  endpoint?: Known<string>;
  envFile?: Known<string>;
  environment?: Known<{ variables?: KnownMap }>;
  extension?: Known<ExtensionView>;
  functionAlias?: Known<string>;
  handler?: Known<string>;
  headers?: KnownMap;
  imageUri?: Known<string>;
  ingestionKey?: Known<string>;
  layers?: Known<Known<string>[]>;
  logRetentionInDays?: Known<number>;
  managedClickStack?: Known<boolean>;
  memorySize?: Known<number>;
  packageType?: Known<string>;
  protocol?: Known<string>;
  region?: Known<string>;
  requireDelivery?: Known<boolean>;
  resourceAttributes?: KnownMap;
  role?: Known<string>;
  runtime?: Known<string>;
  s3Bucket?: Known<string>;
  secretArns?: Known<Known<string>[]>;
  secretKmsKeyArns?: Known<Known<string>[]>;
  serviceName?: Known<string>;
  serviceVersion?: Known<string>;
  settings?: KnownMap;
  timeout?: Known<number>;
  webIdentityAudience?: Known<string>;
}

/** Where the extension's layer comes from, as far as it is known. */
export interface ExtensionView {
  layerVersionArn?: Known<string>;
  layerVersionArns?: Known<Record<string, Known<Record<string, Known<string>>>>>;
  manifest?: Known<Manifest<Known<string>>>;
  manifestFile?: Known<string>;
  rotel?: Known<{ version?: Known<number>; suffix?: Known<string> }>;
}

/** How the function is instrumented, as far as it is known. */
export interface InstrumentationView {
  distribution?: Known<string>;
  version?: Known<string>;
  layerVersionArn?: Known<string>;
  execWrapper?: Known<string>;
}

/** Direct export into ClickHouse, as far as it is known. */
export interface ClickHouseView {
  endpoint?: Known<string>;
  user?: Known<string>;
  password?: Known<string>;
  database?: Known<string>;
  tablePrefix?: Known<string>;
  compression?: Known<string>;
  asyncInsert?: Known<boolean>;
  enableJson?: Known<boolean>;
}

/** The value, or undefined while it is not known. */
export function knownValue<T>(value: Known<T> | null | undefined): T | undefined {
  return isKnown(value) ? value : undefined;
}

/** The entries of a map; none while it is not known. */
export function entriesOf(map: KnownMap | null | undefined): Record<string, Known<string>> {
  return isKnown(map) ? map : {};
}

/** One problem where there is a reason, none otherwise. */
export function problem(propertyPath: string, reason: string | undefined): Problem[] {
  return reason === undefined ? [] : [{ propertyPath, reason }];
}
