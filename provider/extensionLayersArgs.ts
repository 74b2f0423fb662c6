import type { Architecture } from "./architecture";

/**
 * Arguments of `ExtensionLayers`. They decide which resources there are, so that all of them are plain values.
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
   * Whether a layer version stays in the account when a newer one replaces it or the stack is destroyed. Defaults to
   * true: functions that use the version could otherwise not be updated any more.
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
}

/**
 * Everything that was published.
 */
export interface PublishedLayers {
  /** Version of this form. */
  formatVersion: number;
  /** The layer versions, by region and architecture. */
  layers: PublishedLayer[];
}
