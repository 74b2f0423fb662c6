import type { AttributeType } from "../base/attributeType";
import type { Signal } from "../base/signal";
import { decodeRequest, type Encoding } from "./codec";
import { logRows } from "./logRows";
import { metricRows } from "./metricRows";
import { rowText } from "./rowText";
import { spanRows } from "./spanRows";

/** Rows by table, each a line of ClickHouse's JSONEachRow. */
export type TableRows = ReadonlyMap<string, readonly string[]>;

/**
 * Turns the body of an export request into the rows that ClickStack's collector writes for it into tables with such attributes.
 *
 * @throws OtlpPayloadError
 */
export function requestRows(
  signal: Signal,
  encoding: Encoding,
  body: Buffer,
  attributes: AttributeType,
): TableRows {
  const text = (row: object): string => rowText(row, attributes);
  switch (signal) {
    case "logs":
      return new Map([["otel_logs", logRows(decodeRequest("logs", encoding, body)).map(text)]]);
    case "traces":
      return new Map([["otel_traces", spanRows(decodeRequest("traces", encoding, body)).map(text)]]);
    case "metrics": {
      // The exporter stores metrics with maps regardless of its configuration.
      const tables = metricRows(decodeRequest("metrics", encoding, body));
      return new Map([...tables].map(([table, rows]) => [table, rows.map((row) => rowText(row, "map"))]));
    }
  }
}
