/** The kinds of telemetry in OTLP. */
export type Signal = "logs" | "traces" | "metrics";

export const SIGNALS: readonly Signal[] = ["logs", "traces", "metrics"];

/** The intake's counts of one signal since it started. */
export interface SignalStats {
  /** All requests that arrived, regardless of their outcome. */
  requests: number;
  /** Requests that were answered with an error or not at all. */
  refused: number;
  /** Log records, spans or data points that were stored. */
  records: number;
}

export type IntakeStats = Record<Signal, SignalStats>;

/** All zero. */
export function emptyStats(): IntakeStats {
  const none = (): SignalStats => ({ requests: 0, refused: 0, records: 0 });
  return { logs: none(), traces: none(), metrics: none() };
}
