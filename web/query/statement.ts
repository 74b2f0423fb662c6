/** A statement for ClickHouse, with placeholders such as `{p0:String}` for its parameters. The SQL contains no user's values. */
export interface Statement {
  sql: string;
  parameters: Readonly<Record<string, string | number>>;
}

/** Collects the parameters of one statement. */
export class Parameters {
  readonly values: Record<string, string | number> = {};

  /** The placeholder of a value. */
  add(value: string | number, type: "String" | "Float64" | "Int64" | "UInt32" = "String"): string {
    const name = `p${Object.keys(this.values).length}`;
    this.values[name] = value;
    return `{${name}:${type}}`;
  }
}

/** A user's request is invalid; the message says where and how to fix it. */
export class RequestError extends Error {}
