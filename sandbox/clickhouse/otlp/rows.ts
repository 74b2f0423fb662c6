import type { Signal } from "../signal";
import { rowText } from "./cells";
import { decodeRequest, type Encoding } from "./codec";
import { logRows } from "./logRows";
import { metricRows } from "./metricRows";
import { spanRows } from "./spanRows";

/** Rows by table, each a line of ClickHouse's JSONEachRow. */
export type TableRows = ReadonlyMap<string, readonly string[]>;

/**
 * Turns the body of an export request into the rows that ClickStack's collector writes for it.
 *
 * @throws OtlpPayloadError
 */
export function requestRows(signal: Signal, encoding: Encoding, body: Buffer): TableRows {
  switch (signal) {
    case "logs":
      return new Map([["otel_logs", logRows(decodeRequest("logs", encoding, body)).map(rowText)]]);
    case "traces":
      return new Map([["otel_traces", spanRows(decodeRequest("traces", encoding, body)).map(rowText)]]);
    case "metrics": {
      const tables = metricRows(decodeRequest("metrics", encoding, body));
      return new Map([...tables].map(([table, rows]) => [table, rows.map(rowText)]));
    }
  }
}
