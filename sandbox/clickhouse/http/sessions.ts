import { ClickHouseError } from "../base/clickHouseError";
import type { SessionParameters } from "./requestParameters";

const SESSION_NOT_FOUND = 372;

/** What SET and USE have changed in a session. */
export interface Session {
  readonly database: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Of a request without a session, and at the beginning of one. */
export const noSession: Session = { database: "default", settings: {} };

/** The sessions that requests have named, each until nobody has used it for its time. */
export class Sessions {
  private readonly kept = new Map<string, { session: Session; until: number }>();

  /**
   * What a session has so far.
   *
   * @param now milliseconds
   * @throws ClickHouseError 372 where the request wants one that isn't there
   */
  read({ id, mustExist }: SessionParameters, now: number): Session {
    for (const [name, { until }] of this.kept) if (until <= now) this.kept.delete(name);
    const kept = this.kept.get(id);
    if (!kept && mustExist)
      throw new ClickHouseError(SESSION_NOT_FOUND, `Session not found: ${id}. (SESSION_NOT_FOUND)`);
    return kept?.session ?? noSession;
  }

  /** Keeps what a session has after a request. */
  write({ id, timeoutSeconds, closes }: SessionParameters, session: Session, now: number): void {
    if (closes) this.kept.delete(id);
    else this.kept.set(id, { session, until: now + timeoutSeconds * 1000 });
  }
}
