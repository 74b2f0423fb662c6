import { httpTriggers } from "./httpTriggers";
import { isObject } from "./json";
import { messageTriggers } from "./messageTriggers";
import { direct, otherTriggers } from "./otherTriggers";
import type { Trigger } from "./trigger";

/** Every trigger that is told from others, in the order in which they are tried. */
export const triggers: readonly Trigger[] = [...messageTriggers, ...httpTriggers, ...otherTriggers, direct];

/** By field, the places in `triggers` of those whose events may have it. */
const byField = new Map<string, number[]>();
for (const [place, { fields }] of triggers.entries()) {
  for (const field of fields) byField.set(field, [...(byField.get(field) ?? []), place]);
}

/** What invoked a function with this event. Most triggers are ruled out by the names of the event's fields. */
export function triggerOf(event: unknown): Trigger {
  const first = Array.isArray(event) ? event[0] : event;
  if (!isObject(first)) return direct;
  let found = triggers.length - 1;
  for (const field of Object.keys(first)) {
    for (const place of byField.get(field) ?? []) {
      if (place < found && triggers[place]?.matches(event)) found = place;
    }
  }
  return triggers[found] ?? direct;
}
