/** A statement for ClickHouse: `{p0:String}` in its SQL stand for the parameters. No value of a user's is in the SQL. */
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

/** What a user asked for cannot be read; the message says where and how to fix it. */
export class RequestError extends Error {}
