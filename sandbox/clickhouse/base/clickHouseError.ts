/** An exception of ClickHouse with its numeric code (https://clickhouse.com/docs: system.errors). */
export class ClickHouseError extends Error {
  override readonly name = "ClickHouseError";

  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message.startsWith("Code: ") ? message : `Code: ${code}. DB::Exception: ${message}`);
  }
}
