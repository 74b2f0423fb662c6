/** What a demo function does; the functions of examples/typescript support these. */
export type Scenario = "plain" | "json" | "stackTrace" | "error";

/** One invocation of the demo: what is sent, and the expected results. */
export interface PlannedInvocation {
  payload: { scenario: Scenario; lines?: number };
  /** How many log calls it makes. A stack trace is one; an uncaught error is the one record of the runtime itself. */
  linesWritten: number;
  /** How the invocation must end. */
  status: "success" | "error";
}

const round: readonly PlannedInvocation[] = [
  { payload: { scenario: "plain", lines: 3 }, linesWritten: 3, status: "success" },
  { payload: { scenario: "json" }, linesWritten: 1, status: "success" },
  { payload: { scenario: "stackTrace" }, linesWritten: 1, status: "success" },
  { payload: { scenario: "error" }, linesWritten: 1, status: "error" },
];

/** The invocations of one function: every scenario, `rounds` times. */
export function plannedInvocations(rounds: number): PlannedInvocation[] {
  return Array.from({ length: rounds }, () => round).flat();
}
