import type * as pulumi from "@pulumi/pulumi";

/** A processor architecture of AWS Lambda. */
export enum Architecture {
  /** 64-bit x86, which Lambda's console and layer names also call amd64. */
  X86_64 = "x86_64",
  /** 64-bit Arm (Graviton). */
  Arm64 = "arm64",
}

/**
 * Who besides the publishing account may use the layer versions. Without any of the three they are private.
 */
export interface LayerPermissionsArgs {
  /**
   * AWS accounts, by their 12 digits, whose functions may use the layer versions. Plain values, since each becomes a
   * statement of its own.
   */
  accountIds?: string[];
  /**
   * ID of the AWS organization, such as `o-a1b2c3d4e5`, of which every account may use the layer versions.
   */
  organizationId?: pulumi.Input<string>;
  /**
   * Whether every AWS account may use the layer versions. Defaults to false. It leaves nothing for the other two to
   * allow, so that it excludes them.
   */
  public?: boolean;
}

/**
 * Arguments of `ExtensionLayers`. They decide which resources there are, so that all but the organization are plain
 * values.
 */
export interface ExtensionLayersArgs {
  /**
   * AWS regions to publish the extension in, such as `us-east-2`. A region that is off by default must be enabled in the
   * account.
   */
  regions: string[];
  /**
   * Architectures to publish it for. Defaults to those that were built.
   */
  architectures?: Architecture[];
  /**
   * Start of the layers' names, to which `-amd64` or `-arm64` is appended. Defaults to `clickstack-extension`.
   */
  namePrefix?: string;
  /**
   * Whether light tracing is published alone as well, as a layer for both architectures, for functions with another
   * extension such as Rotel's: the layers of this extension hold it already. The layer is named `clickstack-tracing`, or
   * `namePrefix` followed by `-tracing`. Defaults to false.
   */
  tracing?: boolean;
  /**
   * Who besides this account may use the layer versions. Defaults to nobody.
   */
  permissions?: LayerPermissionsArgs;
  /**
   * Whether a layer version stays in the account, with its permissions, when a newer one replaces it or the stack is
   * destroyed. Defaults to true: a function of another stack or account that still uses the version could otherwise not
   * be updated any more. To remove the versions of a stack, set it to false, update, and destroy.
   */
  retain?: boolean;
}

/**
 * One layer version that was published.
 */
export interface PublishedLayer {
  /** AWS region of the layer version. */
  region: string;
  /** Processor architecture that it is for. */
  architecture: string;
  /** Name of the layer. */
  layerName: string;
  /** ARN of the layer version. */
  layerVersionArn: string;
  /** Number of the version, which counts by region. */
  version: string;
  /** Hexadecimal SHA-256 of the zip: what the version holds, the same in every region. */
  sha256: string;
  /** Size of the unpacked layer in bytes, which counts against Lambda's 250 MB, where it is known. */
  unzippedSize?: number;
  /** Whether it holds light tracing besides the extension. Absent where a version published it that had none. */
  tracing?: boolean;
}

/**
 * One version of the layer that holds light tracing alone, for every architecture.
 */
export interface PublishedTracingLayer {
  /** AWS region of the layer version. */
  region: string;
  /** Name of the layer. */
  layerName: string;
  /** ARN of the layer version. */
  layerVersionArn: string;
  /** Number of the version, which counts by region. */
  version: string;
  /** Hexadecimal SHA-256 of the zip. */
  sha256: string;
  /** Size of the unpacked layer in bytes. */
  unzippedSize: number;
}

/**
 * Everything that was published: what another stack takes by StackReference, or a file of
 * `pulumi stack output manifest --json` holds.
 */
export interface PublishedLayers {
  /** Version of this form, 1. */
  formatVersion: number;
  /** The layer versions of the extension, by region and architecture. */
  layers: PublishedLayer[];
  /** The layer versions of light tracing alone, where they were published. */
  tracingLayers?: PublishedTracingLayer[];
}
