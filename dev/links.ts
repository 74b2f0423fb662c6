import { hyperDxLinks } from "../clickstack/links";
import type { InvocationResult } from "../sandbox";
import type { Store } from "./run/store";
import { traceOf } from "./run/traceOf";

const HOUR_MS = 3_600_000;

/** Where to see an invocation: on the page, and in HyperDX where its address is known. */
export class Links {
  /** Address of the page, with its token. */
  page: string | undefined;
  private readonly following = new Set<Promise<void>>();

  /** @param hyperDxUrl of HyperDX's app. */
  constructor(
    private readonly store: Pick<Store, "query">,
    private readonly hyperDxUrl?: string,
  ) {}

  /** Returns the links of an invocation as soon as its trace is stored; none if it is not stored. */
  follow({ requestId }: InvocationResult, found: (links: readonly string[]) => void): void {
    const following = traceOf(this.store, requestId)
      .then((traceId) => found(traceId === undefined ? [] : this.ofTrace(traceId, Date.now())))
      .finally(() => this.following.delete(following));
    this.following.add(following);
  }

  /** Resolves when every followed invocation has its links. */
  async settled(): Promise<void> {
    await Promise.all(this.following);
  }

  private ofTrace(traceId: string, now: number): string[] {
    const { hyperDxUrl } = this;
    const range = { from: now - HOUR_MS, to: now + HOUR_MS };
    return [
      ...(this.page === undefined ? [] : [`${this.page}#/traces/${traceId}`]),
      ...(hyperDxUrl ? [hyperDxLinks(hyperDxUrl).trace(traceId, range)] : []),
    ];
  }
}
