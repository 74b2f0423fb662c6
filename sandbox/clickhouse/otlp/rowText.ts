import type { AttributeType } from "../base/attributeType";
import { plainText } from "./cells";
import { asStrings, isMap, jsonText, numberText, type ValueMap } from "./value";

/** A row as a line of ClickHouse's JSONEachRow. */
export function rowText(row: object, attributes: AttributeType): string {
  const cells = Object.entries(row).flatMap(([column, cell]) =>
    attributes === "json" && isMap(cell) ? jsonCells(column, cell) : [[column, cellText(cell, attributes)]],
  );
  return `{${cells.map(([column, text]) => `${plainText(column)}:${text}`).join(",")}}`;
}

/** Attributes and, in the column beside them, their names. */
function jsonCells(column: string, attributes: ValueMap): [string, string][] {
  return [
    [column, jsonCell(attributes)],
    [`${column}Keys`, plainText(attributeNames(attributes))],
  ];
}

function cellText(cell: unknown, attributes: AttributeType): string {
  if (Array.isArray(cell)) return `[${cell.map((element) => cellText(element, attributes)).join(",")}]`;
  if (!(cell instanceof Map)) return plainText(cell);
  return attributes === "json" ? jsonCell(cell) : plainText(asStrings(cell));
}

/**
 * Attributes as a cell of type JSON, as Go's `json.Marshal` writes them. Where the collector would lose its whole batch,
 * this writes the same as the extension: null for numbers that are not finite, which `json.Marshal` refuses, and an exponent
 * for whole numbers beyond 64 bits, which ClickHouse refuses without one.
 */
export function jsonCell(attributes: ValueMap): string {
  return jsonText(attributes, { text: plainText, number: jsonNumber });
}

function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) return "null";
  // The shortest digits that identify the number, padded with zeros: for -(2 ** 63) they are below that value.
  return value <= -(2 ** 63) || value >= 2 ** 64 ? value.toExponential() : numberText(value);
}

/**
 * The names of all attributes, each once and sorted by bytes. The names of a map's entries follow the map's name and a dot.
 * Lists are not traversed.
 */
export function attributeNames(attributes: ValueMap): string[] {
  const names = new Set<string>();
  addNames(attributes, "", names);
  return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function addNames(map: ValueMap, path: string, names: Set<string>): void {
  for (const [key, value] of map) {
    // As in the collector, which treats an empty path as none.
    const name = path === "" ? key : `${path}.${key}`;
    if (isMap(value)) addNames(value, name, names);
    else names.add(name);
  }
}
