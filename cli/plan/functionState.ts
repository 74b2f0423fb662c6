/** The parts of a function's configuration that this tool changes. */
export interface Configuration {
  /** ARNs of its layer versions, in Lambda's order. */
  layers: readonly string[];
  /** Its environment variables. */
  variables: Readonly<Record<string, string>>;
}

/** Tags by their names. */
export type Tags = Readonly<Record<string, string>>;

/** A function's description by Lambda, as far as a change depends on it. */
export interface FunctionState extends Configuration {
  /** Name without version or alias. */
  name: string;
  /** ARN without version or alias. */
  arn: string;
  region: string;
  /** Absent for container images. */
  runtime?: string;
  architectures: readonly string[];
  /** `Zip` or `Image`. */
  packageType: string;
  /** ARN of the execution role. */
  role: string;
  /** Seconds. */
  timeout?: number;
  /** Megabytes. */
  memorySize?: number;
  /** Its configured log group, otherwise the one with its name. */
  logGroup: string;
  /** Lambda's id for this state of the configuration: an update with a different one is rejected. */
  revisionId?: string;
  /** `Successful`, `Failed` or `InProgress`; absent if it was not queried. */
  lastUpdateStatus?: string;
  /** Why the last update failed. */
  lastUpdateReason?: string;
  /** `Active`, `Inactive`, `Pending` or `Failed`. */
  state?: string;
  /**
   * When its code or configuration was last changed, in milliseconds since 1970; absent if Lambda did not return it.
   */
  lastModified?: number;
  /** Why Lambda does not show the variables. Such a function must not be changed: an update would delete them. */
  unreadable?: string;
  /** Subnets of its VPC; none without a VPC. */
  subnetIds?: readonly string[];
  /** Whether versions of it start from snapshots. */
  usesSnapStart?: boolean;
  /** Whether it runs on Managed Instances. */
  usesManagedInstances?: boolean;
  /** Absent if they were not queried. */
  tags?: Tags;
}

/** The name of a function in messages. */
export function placeOf({ name, region }: Pick<FunctionState, "name" | "region">): string {
  return `${name} (${region})`;
}
