import type { ZipEntry } from "../layers/zip";
import type { BenchedFunction, Environment, Figures } from "./tracingProcess";

/** What is measured of one language's tracing layer. */
export interface BenchedLanguage {
  title: string;
  /** The maximum that the layer may add to the bare handler. */
  budgets: Partial<Record<keyof Figures, number>>;
  /** Installs the peers, once. */
  install: () => void;
  /** The released files, of which the zip consists. */
  layer: () => Promise<ZipEntry[]>;
  benched: BenchedFunction;
  /**
   * The bare handler, the layer, and its peers, in this order.
   * @param directory for the layer's files. @param exporters variables with the spans' destination.
   */
  environments: (directory: string, exporters: Record<string, string>) => Promise<Environment[]>;
}
