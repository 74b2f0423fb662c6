/** A type as ClickHouse writes it: `Map(String, UInt8)` is `Map` of `String` and `UInt8`. */
export interface DataType {
  readonly name: string;
  /** The arguments in its parentheses, parsed as types where they are types. */
  readonly parameters: readonly string[];
}

const PARTS = /'(?:\\[\s\S]|[^'\\])*'|`(?:\\[\s\S]|[^`\\])*`|[(),]|[^'`(),]+/g;

/** Parses a type's name. */
export function parseDataType(text: string): DataType {
  const open = text.indexOf("(");
  if (open < 0) return { name: text.trim(), parameters: [] };
  const within = text.slice(open + 1, text.lastIndexOf(")"));
  return { name: text.slice(0, open).trim(), parameters: splitParameters(within) };
}

/** The type of a tuple's or a nested table's element, which may have a name before it: `sku String`. */
export function elementType(parameter: string): string {
  return parameter.replace(/^(?:`(?:\\[\s\S]|[^`\\])*`|[A-Za-z_][A-Za-z0-9_.]*) +(?=\S)/, "");
}

function splitParameters(text: string): string[] {
  const parameters: string[] = [];
  let depth = 0;
  let current = "";
  for (const [part] of text.matchAll(PARTS)) {
    if (part === "(") depth++;
    if (part === ")") depth--;
    if (part === "," && depth === 0) {
      parameters.push(current.trim());
      current = "";
    } else {
      current += part;
    }
  }
  if (current.trim() !== "") parameters.push(current.trim());
  return parameters;
}
