import type { AttributeType } from "./base/attributeType";
import type { Fault } from "./base/faults";
import type { IntakeStats } from "./base/signal";

/** How the server process shall run. */
export interface ServerOptions {
  readonly ingestionKey: string;
  readonly attributes: AttributeType;
  /** Contains the data, running inserts and certificates. */
  readonly directory: string;
  readonly tls: boolean;
  /** Ports of ClickHouse's HTTP interface and of the OTLP intake; 0 for a free one. */
  readonly ports: readonly [number, number];
}

/** What the parent sends to the server process. `start` comes first, and again after `close`. */
export type ToServer =
  | { readonly type: "start"; readonly options: ServerOptions }
  | { readonly type: "close"; readonly id: number }
  | { readonly type: "fault"; readonly id: number; readonly fault?: Fault }
  | { readonly type: "stats"; readonly id: number }
  | { readonly type: "stop" };

/** What the server process sends to its parent. */
export type FromServer =
  | { readonly type: "started"; readonly ports: readonly [number, number]; readonly caFile?: string }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "answer"; readonly id: number; readonly stats: IntakeStats };
