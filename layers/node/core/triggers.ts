import { httpTriggers } from "./httpTriggers";
import { isObject } from "./json";
import { messageTriggers } from "./messageTriggers";
import { direct, otherTriggers } from "./otherTriggers";
import type { Trigger } from "./trigger";

/** Every recognisable trigger, in the order in which they are tried. */
export const triggers: readonly Trigger[] = [...messageTriggers, ...httpTriggers, ...otherTriggers, direct];

/** By field, the indexes in `triggers` of those whose events may have it. */
const byField = new Map<string, number[]>();
for (const [place, { fields }] of triggers.entries()) {
  for (const field of fields) byField.set(field, [...(byField.get(field) ?? []), place]);
}

/** The trigger of this event. Most triggers are excluded by the names of the event's fields. */
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
