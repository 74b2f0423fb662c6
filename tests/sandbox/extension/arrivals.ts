import assert from "node:assert/strict";
import type { InvocationResult, Sandbox } from "../../../sandbox";
import type { QuerySource } from "../../../sandbox/clickhouse";
import { readLogs, readSpans, type StoredLog } from "../../../sandbox/clickhouse/telemetry";

/** An invocation of one of the example's functions. */
export interface Invoked extends InvocationResult {
  /** Log records that it must produce. */
  linesWritten: number;
}

/** Every scenario in turn; a stack trace is one line, an uncaught error is the runtime's single record. */
const scenarios = [
  { scenario: "plain", lines: 3, written: 3 },
  { scenario: "json", written: 1 },
  { scenario: "stackTrace", written: 1 },
  { scenario: "error", written: 1 },
];

/** @param pauseMs milliseconds for which the environment stays frozen after each invocation. */
export async function invokeAll(sandbox: Sandbox, count: number, pauseMs = 0): Promise<Invoked[]> {
  const done: Invoked[] = [];
  for (let i = 0; i < count; i++) {
    const { written, ...payload } = scenarios[i % scenarios.length] ?? scenarios[0];
    done.push({ ...(await sandbox.invoke(payload)), linesWritten: written });
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return done;
}

export const functionLogs = (logs: StoredLog[]): StoredLog[] =>
  logs.filter(({ attributes }) => attributes.type === "function");

/** The rows, each once. */
function distinct<T>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

/**
 * Each invocation has exactly its lines, each once, and all under its stored span.
 * @param repeated whether requests may have been stored twice, as after a response that came too late.
 */
export async function assertAllArrived(
  source: QuerySource,
  invoked: Invoked[],
  service: string,
  { repeated = false } = {},
): Promise<StoredLog[]> {
  const rows = <T>(stored: T[]): T[] => (repeated ? distinct(stored) : stored);
  const logs = rows(functionLogs(await readLogs(source, { service })));
  const spans = rows((await readSpans(source, { service })).filter(({ kind }) => kind === "Server"));
  assert.equal(
    logs.length,
    invoked.reduce((sum, { linesWritten }) => sum + linesWritten, 0),
  );
  assert.deepEqual(
    spans.map((span) => span.invocationId).sort(),
    invoked.map(({ requestId }) => requestId).sort(),
  );
  for (const { requestId, linesWritten } of invoked) {
    const span = spans.find(({ invocationId }) => invocationId === requestId);
    const lines = logs.filter(({ invocationId }) => invocationId === requestId);
    assert.equal(new Set(lines.map(({ body }) => body)).size, linesWritten, requestId);
    assert.equal(lines.length, linesWritten, requestId);
    for (const { traceId, spanId } of lines)
      assert.deepEqual([traceId, spanId], [span?.traceId, span?.spanId]);
  }
  return logs;
}
