import type { ExitStatus } from "./exitStatus";
import type { PhaseStatus } from "./telemetryEvent";

/** Why an initialization or invocation failed, so that the environment's processes are restarted. */
export interface Failure {
  status: Exclude<PhaseStatus, "success">;
  /** As Lambda names it, such as `Runtime.ExitError`. */
  errorType: string;
  /** One sentence without request id. */
  message: string;
  /** The runtime's own report of it, as JSON text. */
  reported?: string;
}

export const runtimeExit = (exit: ExitStatus): Failure => ({
  status: "failure",
  errorType: "Runtime.ExitError",
  message:
    exit.signal === undefined && exit.code === 0
      ? "Runtime exited without providing a reason"
      : `Runtime exited with error: ${describeExit(exit)}`,
});

export const extensionCrash = (name: string, exit: ExitStatus): Failure => ({
  status: "failure",
  errorType: "Extension.Crash",
  message: `Extension ${name} ended: ${describeExit(exit)}`,
});

export const timedOut = (seconds: number): Failure => ({
  status: "timeout",
  errorType: "Sandbox.Timedout",
  message: `Task timed out after ${seconds.toFixed(2)} seconds`,
});

function describeExit({ code, signal }: ExitStatus): string {
  const words: Record<string, string> = {
    SIGKILL: "killed",
    SIGSEGV: "segmentation fault",
    SIGABRT: "aborted",
    SIGTERM: "terminated",
  };
  return signal === undefined ? `exit status ${code}` : `signal: ${words[signal] ?? signal}`;
}

/** Why there is no environment: as the runtime reported it, if it did. */
export function failureReason({ reported, message }: Failure): string {
  return reported ?? message;
}

/** What the invoker receives, as JSON text. */
export function failurePayload({ errorType, message, reported }: Failure, requestId: string): string {
  return reported ?? JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` });
}

/** The type of an error that the function returned: what Lambda derives from the runtime's header. */
export function functionErrorType(header: string | undefined): string {
  if (header !== undefined && /^(Runtime|Function)\.[A-Z][a-zA-Z]+$/.test(header)) return header;
  return header?.startsWith("Function.") ? "Function.Unknown" : "Runtime.Unknown";
}

/** The lines that Lambda writes about a failed invocation, only to CloudWatch Logs. */
export function failureLine(failure: Failure, requestId: string, now: Date): string {
  if (failure.status === "timeout") return `${now.toISOString()} ${requestId} ${failure.message}\n\n`;
  return `RequestId: ${requestId} Error: ${failure.message}\n${failure.errorType}\n`;
}
