import type * as pulumi from "@pulumi/pulumi";

/** A processor architecture of AWS Lambda. */
export enum Architecture {
  /** 64-bit x86, which Lambda's console and layer names also call amd64. */
  X86_64 = "x86_64",
  /** 64-bit Arm (Graviton). */
  Arm64 = "arm64",
}

/**
 * Who may use the layer versions besides the publishing account. Without any of the three they are private.
 */
export interface LayerPermissionsArgs {
  /**
   * AWS accounts, by their 12 digits, whose functions may use the layer versions. Plain values, since each becomes a
   * separate statement.
   */
  accountIds?: string[];
  /**
   * ID of the AWS organization, such as `o-a1b2c3d4e5`, all of whose accounts may use the layer versions.
   */
  organizationId?: pulumi.Input<string>;
  /**
   * Whether every AWS account may use the layer versions. Defaults to false. Cannot be combined with the other two,
   * which it includes.
   */
  public?: boolean;
}

/**
 * Arguments of `ExtensionLayers`. They determine which resources are created, so all but the organization are plain
 * values.
 */
export interface ExtensionLayersArgs {
  /**
   * AWS regions to publish the extension in, such as `us-east-2`. A region that is disabled by default must be enabled
   * in the account.
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
   * Whether light tracing is also published separately, as a layer for both architectures, for functions with another
   * extension such as Rotel's: the layers of this extension already contain it. The layer is named
   * `clickstack-tracing`, or `namePrefix` followed by `-tracing`. Defaults to false.
   */
  tracing?: boolean;
  /**
   * Who may use the layer versions besides this account. Defaults to nobody.
   */
  permissions?: LayerPermissionsArgs;
  /**
   * Whether a layer version is kept in the account, with its permissions, when a newer one replaces it or the stack is
   * destroyed. Defaults to true: otherwise a function of another stack or account that still uses the version could no
   * longer be updated. To remove the versions of a stack, set it to false, update, and destroy.
   */
  retain?: boolean;
}

/**
 * A published layer version.
 */
export interface PublishedLayer {
  /** AWS region of the layer version. */
  region: string;
  /** Processor architecture of the extension in it. */
  architecture: string;
  /** Name of the layer. */
  layerName: string;
  /** ARN of the layer version. */
  layerVersionArn: string;
  /** Version number, which is counted per region. */
  version: string;
  /** Hexadecimal SHA-256 of the zip, the same in every region. */
  sha256: string;
  /** Size of the unpacked layer in bytes, which counts towards Lambda's 250 MB, if known. */
  unzippedSize?: number;
  /**
   * Whether it contains light tracing besides the extension. Absent if published by a package version without light
   * tracing.
   */
  tracing?: boolean;
}

/**
 * A version of the layer with only light tracing, for every architecture.
 */
export interface PublishedTracingLayer {
  /** AWS region of the layer version. */
  region: string;
  /** Name of the layer. */
  layerName: string;
  /** ARN of the layer version. */
  layerVersionArn: string;
  /** Version number, which is counted per region. */
  version: string;
  /** Hexadecimal SHA-256 of the zip. */
  sha256: string;
  /** Size of the unpacked layer in bytes. */
  unzippedSize: number;
}

/**
 * Everything that was published: what another stack reads through a StackReference, or the content of a file written by
 * `pulumi stack output manifest --json`.
 */
export interface PublishedLayers {
  /** Version of this format, 1. */
  formatVersion: number;
  /** The layer versions of the extension, by region and architecture. */
  layers: PublishedLayer[];
  /** The layer versions with only light tracing, if they were published. */
  tracingLayers?: PublishedTracingLayer[];
}
