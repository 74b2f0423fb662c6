import type { EngineEvent } from "@pulumi/pulumi/automation";

/**
 * An `onEvent` for the Automation API that accepts each event once. The API's reader of the engine's log starts again if an
 * operation ends while the file is being read (@logdna/tail-file 3.0, `quit` beside a poll), so events arrive twice.
 */
export function everyEventOnce(take: (event: EngineEvent) => void): (event: EngineEvent) => void {
  const taken = new Set<number>();
  return (event) => {
    if (taken.has(event.sequence)) return;
    taken.add(event.sequence);
    take(event);
  };
}
