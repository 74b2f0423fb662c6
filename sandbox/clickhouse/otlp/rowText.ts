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
 * Attributes as a cell of type JSON: what Go's `json.Marshal` makes of them. Where the collector would lose its whole
 * batch, this writes what the extension does: null for what isn't finite, which `json.Marshal` refuses, and an exponent
 * for whole numbers that no integer of 64 bits can hold, which ClickHouse refuses without.
 */
export function jsonCell(attributes: ValueMap): string {
  return jsonText(attributes, { text: plainText, number: jsonNumber });
}

function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) return "null";
  // Digits are the fewest that tell the number, then zeros: of -(2 ** 63) they make less than that.
  return value <= -(2 ** 63) || value >= 2 ** 64 ? value.toExponential() : numberText(value);
}

/**
 * The names of everything in the attributes, each once and sorted by their bytes: those of a map's entries after the
 * map's and a dot. Lists are not looked into.
 */
export function attributeNames(attributes: ValueMap): string[] {
  const names = new Set<string>();
  addNames(attributes, "", names);
  return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function addNames(map: ValueMap, path: string, names: Set<string>): void {
  for (const [key, value] of map) {
    // As in the collector, which takes an empty path for none.
    const name = path === "" ? key : `${path}.${key}`;
    if (isMap(value)) addNames(value, name, names);
    else names.add(name);
  }
}
