import { setTimeout } from "node:timers/promises";
import type { Terminal } from "./terminal";

/**
 * After a first Ctrl-C nothing new is started and work in progress is completed; a second one ends the process.
 * @param what the kind of work
 */
export function interruption({ err }: Terminal, what = "functions"): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const interrupt = () => {
    err.write(`\nInterrupted: ${what} in progress are completed. Interrupt again to stop immediately.\n`);
    controller.abort();
  };
  process.once("SIGINT", interrupt);
  return { signal: controller.signal, end: () => process.removeListener("SIGINT", interrupt) };
}

/** Waits between repeated queries. `next` returns false once Ctrl-C was pressed. */
export function waiter(milliseconds: number): { next(): Promise<boolean>; end(): void } {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once("SIGINT", interrupt);
  return {
    next: () => setTimeout(milliseconds, true, { signal: controller.signal }).catch(() => false),
    end: () => process.removeListener("SIGINT", interrupt),
  };
}

/** Aborted by the first Ctrl-C or SIGTERM; a second one ends the process at once. `end` stops listening. */
export function stopSignal(): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const end = () => {
    process.removeListener("SIGINT", stop);
    process.removeListener("SIGTERM", stop);
  };
  const stop = () => {
    end();
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return { signal: controller.signal, end };
}
