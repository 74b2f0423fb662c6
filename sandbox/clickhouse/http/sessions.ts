import { ClickHouseError } from "../base/clickHouseError";
import type { SessionParameters } from "./requestParameters";

const SESSION_NOT_FOUND = 372;

/** What SET and USE have changed in a session. */
export interface Session {
  readonly database: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** The state of a request without a session, and of a new session. */
export const noSession: Session = { database: "default", settings: {} };

/** The sessions that requests have named. Each ends when it has not been used for its timeout. */
export class Sessions {
  private readonly kept = new Map<string, { session: Session; until: number }>();

  /**
   * The current state of a session.
   *
   * @param now milliseconds
   * @throws ClickHouseError 372 if the request requires a session that does not exist
   */
  read({ id, mustExist }: SessionParameters, now: number): Session {
    for (const [name, { until }] of this.kept) if (until <= now) this.kept.delete(name);
    const kept = this.kept.get(id);
    if (!kept && mustExist)
      throw new ClickHouseError(SESSION_NOT_FOUND, `Session not found: ${id}. (SESSION_NOT_FOUND)`);
    return kept?.session ?? noSession;
  }

  /** Stores the state of a session after a request. */
  write({ id, timeoutSeconds, closes }: SessionParameters, session: Session, now: number): void {
    if (closes) this.kept.delete(id);
    else this.kept.set(id, { session, until: now + timeoutSeconds * 1000 });
  }
}
