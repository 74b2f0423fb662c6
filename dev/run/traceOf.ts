import type { Store } from "./store";

const ATTEMPTS = 15;
const PAUSE_MS = 100;

/** The id of an invocation's trace, as soon as it is stored; undefined if that takes too long. */
export async function traceOf(store: Pick<Store, "query">, requestId: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [row] = await store
      .query<{ traceId: string }>(
        "SELECT TraceId AS traceId FROM otel_traces WHERE SpanAttributes['faas.invocation_id'] = {id:String} AND TraceId != '' LIMIT 1",
        { id: requestId },
      )
      .catch(() => []);
    if (row !== undefined) return row.traceId;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return undefined;
}
