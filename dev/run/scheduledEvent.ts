import type { Schedule } from "../project/routes";
import { localPlace } from "../project/template";
import { busEvent } from "./busEvent";
import { inputOfTarget } from "./targetInput";

/**
 * The event that a schedule's target receives: the schedule's own input, else the event of a rule or of EventBridge Scheduler
 * (EventBridge user guide, "Creating a rule that runs on a schedule"; EventBridge Scheduler user guide, "Adding context attributes").
 * @param now in milliseconds since 1970.
 * @param id of the event or of the scheduler's execution.
 */
export function scheduledEvent(
  { name, of, group = "default", input }: Schedule,
  now: number,
  id: string,
): unknown {
  const { region, accountId } = localPlace;
  const arn =
    of === "rule"
      ? `arn:aws:events:${region}:${accountId}:rule/${name}`
      : `arn:aws:scheduler:${region}:${accountId}:schedule/${group}/${name}`;
  const event = busEvent(
    {
      ...{ id, "detail-type": "Scheduled Event", source: of === "rule" ? "aws.events" : "aws.scheduler" },
      ...{ resources: [arn], detail: of === "rule" ? {} : "{}" },
    },
    now,
  );
  if (of === "rule" || input.constant === undefined) return inputOfTarget(input, event);
  const context: Readonly<Record<string, string>> = {
    "schedule-arn": arn,
    "scheduled-time": event.time,
    "execution-id": id,
    "attempt-number": "1",
  };
  const constant = input.constant.replace(
    /<aws\.scheduler\.([\w-]+)>/g,
    (whole, attribute: string) => context[attribute] ?? whole,
  );
  return inputOfTarget({ constant }, event);
}
