/** A function as the simulated control plane stores it: the fields of Lambda's FunctionConfiguration. */
export interface PlayedFunction {
  FunctionName: string;
  FunctionArn: string;
  Role: string;
  Runtime?: string;
  PackageType?: string;
  Architectures?: string[];
  MemorySize?: number;
  Timeout?: number;
  Layers?: { Arn: string }[];
  Environment?: { Variables: Record<string, string> };
  RevisionId: string;
  /** As Lambda writes it: `2026-01-31T12:00:00.000+0000`. */
  LastModified: string;
  State?: string;
  LastUpdateStatus?: string;
  LastUpdateStatusReason?: string;
}

/** A function with what the API returns besides its configuration. */
export interface StoredFunction {
  region: string;
  configuration: PlayedFunction;
  tags: Record<string, string>;
  /** When its update ends, in milliseconds of the control plane's clock; infinite for one that never ends. */
  settledAt?: number;
}

/** An error, as Lambda's API returns it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}
