import type { Terminal } from "./terminal";

/** A first Ctrl-C begins nothing more and completes what is under way; a second one ends the process. */
export function interruption({ err }: Terminal): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const interrupt = () => {
    err.write("\nInterrupted: functions under way are completed. Interrupt again to end at once.\n");
    controller.abort();
  };
  process.once("SIGINT", interrupt);
  return { signal: controller.signal, end: () => process.removeListener("SIGINT", interrupt) };
}
