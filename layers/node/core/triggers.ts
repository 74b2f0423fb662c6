import { httpTriggers } from "./httpTriggers";
import { messageTriggers } from "./messageTriggers";
import { direct, otherTriggers } from "./otherTriggers";
import type { Trigger } from "./trigger";

/** Every trigger that is told from others, in the order in which they are tried. */
export const triggers: readonly Trigger[] = [...messageTriggers, ...httpTriggers, ...otherTriggers, direct];

/** What invoked a function with this event. */
export function triggerOf(event: unknown): Trigger {
  return triggers.find(({ matches }) => matches(event)) ?? direct;
}
