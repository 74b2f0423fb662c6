import { localPlace } from "../project/template";

/** An event of EventBridge as targets receive it (EventBridge user guide, "AWS service event structure"). */
export interface BusEvent {
  version: string;
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  /** To the second: `2026-11-30T12:00:00Z`. */
  time: string;
  region: string;
  resources: readonly string[];
  detail: unknown;
}

/**
 * The event in this machine's account and region.
 * @param at in milliseconds since 1970.
 */
export function busEvent(
  event: Pick<BusEvent, "id" | "detail-type" | "source" | "resources" | "detail">,
  at: number,
): BusEvent {
  return {
    version: "0",
    account: localPlace.accountId,
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
    region: localPlace.region,
    ...event,
  };
}
