import { HOUR_MS } from "./api/request";
import { PERCENTILE_STEPS } from "./api/rows";
import {
  functionsQuery,
  histogramQuery,
  invocationsQuery,
  logsQuery,
  measuredQuery,
  measuresQuery,
  percentilesQuery,
  type Selection,
  spansQuery,
  traceLogsQuery,
  traceMeasuredQuery,
  tracesQuery,
} from "./query/queries";
import { RequestError, type Statement } from "./query/statement";

/** Maximum rows per response. Log rows are paged; for the others this is more than anyone reads. */
const LIMIT = { logs: 1_000, traces: 5_000, invocations: 5_000 } as const;
const STEPS = 120;

/** Runs a statement. */
export type Run = <Row>(statement: Statement) => Promise<Row[]>;

/**
 * The handler of an API path, which returns named rows; undefined for other paths.
 * @throws RequestError if a parameter is invalid.
 */
export async function answerOf(
  path: string,
  query: URLSearchParams,
  now: number,
  run: Run,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  switch (path) {
    case "/api/logs": {
      const chosen = selection(query, now);
      const rows = logsQuery(chosen, limit(query, LIMIT.logs), offset(query));
      return { ...(await all(run, { rows })), from: chosen.from, to: chosen.to };
    }
    case "/api/histogram":
      return all(run, { rows: histogramQuery(selection(query, now), STEPS) });
    case "/api/traces":
      return all(run, { rows: tracesQuery(selection(query, now), limit(query, LIMIT.traces)) });
    case "/api/trace": {
      const id = traceId(query);
      return all(
        run,
        { spans: spansQuery(id), logs: traceLogsQuery(id) },
        { measured: traceMeasuredQuery(id) },
      );
    }
    case "/api/invocations": {
      const chosen = selection(query, now);
      const most = limit(query, LIMIT.invocations);
      const fromSpans = {
        rows: invocationsQuery(chosen, most),
        functions: functionsQuery(chosen),
        percentiles: percentilesQuery(chosen, PERCENTILE_STEPS),
      };
      return all(run, fromSpans, { measures: measuresQuery(chosen), measured: measuredQuery(chosen, most) });
    }
    default:
      return undefined;
  }
}

/**
 * The rows of statements, by name. `fromMetrics` have no rows if they fail: there may be no tables of metrics, or the user may
 * not read them. Of a ClickHouse that does not answer, the other statements report it.
 */
async function all(
  run: Run,
  statements: Readonly<Record<string, Statement>>,
  fromMetrics: Readonly<Record<string, Statement>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const entries = [
    ...Object.entries(statements).map(async ([name, statement]) => [name, await run(statement)] as const),
    ...Object.entries(fromMetrics).map(
      async ([name, statement]) => [name, await run(statement).catch(() => [])] as const,
    ),
  ];
  return Object.fromEntries(await Promise.all(entries));
}

function selection(query: URLSearchParams, now: number): Selection {
  const to = number(query, "to", now);
  const from = number(query, "from", to - number(query, "last", HOUR_MS));
  return { filter: query.get("filter") ?? "", from, to };
}

function limit(query: URLSearchParams, most: number): number {
  const value = number(query, "limit", most);
  if (!Number.isInteger(value) || value < 1)
    throw new RequestError("limit must be a whole number, 1 or greater.");
  return Math.min(value, most);
}

function offset(query: URLSearchParams): number {
  const value = number(query, "offset", 0);
  if (!Number.isInteger(value) || value < 0)
    throw new RequestError("offset must be a whole number, 0 or greater.");
  return value;
}

function number(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null || text === "") return otherwise;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new RequestError(`${name} must be a number.`);
  return value;
}

function traceId(query: URLSearchParams): string {
  const id = query.get("id") ?? "";
  if (!/^[0-9a-f]{32}$/.test(id)) throw new RequestError("id must be a trace id of 32 hexadecimal digits.");
  return id;
}
