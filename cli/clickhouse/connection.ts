import { existsSync, readFileSync } from "node:fs";
import { redact, shownUrl, urlCredentials } from "../../provider/plan/redaction";
import { AttributeColumns } from "../../tables/attributes";
import { UsageError } from "../plan/usageError";
import type { Statement } from "./statement";

/** Options for connecting to ClickHouse, by commander's names. */
export interface ClickHouseOptions {
  clickhouse?: string;
  clickhouseUser?: string;
  clickhousePasswordFile?: string;
  clickhouseDatabase?: string;
}

/** ClickHouse's address and credentials. */
export interface ClickHousePlace {
  url: string;
  user: string;
  password: string;
  database: string;
}

/** Runs read-only statements. */
export interface RowReader {
  /** All rows. */
  rows<Row>(statement: Statement): Promise<Row[]>;
  /** The rows as they arrive, for results of any length. */
  stream<Row>(statement: Statement): AsyncGenerator<Row>;
  /** All rows of a statement that is written for the tables' actual types. */
  query<Row>(sql: string, parameters?: Statement["parameters"]): Promise<Row[]>;
  close(): Promise<void>;
}

/** A failure of ClickHouse or of the connection to it; its message contains no credentials. */
export class ClickHouseError extends Error {
  constructor(
    message: string,
    /** The kind of failure. */
    readonly kind: "unreachable" | "credentials" | "tables" | "other",
  ) {
    super(message);
  }
}

const urlVariable = "CLICKHOUSE_URL";

/**
 * ClickHouse's address and credentials according to the options and the environment; undefined if neither has an
 * address.
 * @throws UsageError if they are not valid.
 */
export function clickHousePlace(
  options: ClickHouseOptions,
  environment: Readonly<Record<string, string | undefined>>,
): ClickHousePlace | undefined {
  const given = options.clickhouse ?? environment[urlVariable];
  if (!given) return undefined;
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
    throw new UsageError(
      `--clickhouse: must be an http or https URL, such as https://clickhouse.example.com:8443`,
    );
  }
  const url = new URL(given);
  const [user = "", password = ""] = urlCredentials(given).slice(2);
  url.username = "";
  url.password = "";
  const file = options.clickhousePasswordFile;
  if (file !== undefined && !existsSync(file))
    throw new UsageError(`--clickhouse-password-file: ${file} does not exist`);
  const stored = file === undefined ? environment.CLICKHOUSE_PASSWORD : readFileSync(file, "utf8").trim();
  return {
    url: url.href.replace(/\/$/, ""),
    user: options.clickhouseUser ?? environment.CLICKHOUSE_USER ?? (user || "default"),
    password: stored || password,
    database: options.clickhouseDatabase ?? environment.CLICKHOUSE_DATABASE ?? "default",
  };
}

/** The same for commands that require it. @throws UsageError if there is no address. */
export function requiredClickHouse(
  options: ClickHouseOptions,
  environment: Readonly<Record<string, string | undefined>>,
): ClickHousePlace {
  const place = clickHousePlace(options, environment);
  if (place !== undefined) return place;
  throw new UsageError(`--clickhouse is missing: pass ClickHouse's HTTP URL or set ${urlVariable}`);
}

/** Connects on the first statement. */
export async function openClickHouse(place: ClickHousePlace): Promise<RowReader> {
  const { ClickHouseLogLevel, createClient } = await import("@clickhouse/client");
  const { url, user: username, password, database } = place;
  // No settings, because a user with readonly=1 may not send any.
  const client = createClient({
    url,
    username,
    password,
    database,
    application: "clickstack-lambda",
    log: { level: ClickHouseLogLevel.OFF },
    keep_alive: { enabled: false },
  });
  const query = async ({ sql, parameters }: Statement) => {
    try {
      return await client.query({ query: sql, format: "JSONEachRow", query_params: { ...parameters } });
    } catch (error) {
      throw described(error, place);
    }
  };
  const asWritten = async <Row>(sql: string, parameters: Statement["parameters"] = {}) =>
    (await query({ sql, parameters })).json<Row>();
  const columns = new AttributeColumns(asWritten);
  return {
    query: asWritten,
    rows: async <Row>({ sql, parameters }: Statement) => {
      const fitted = await columns.fit(sql);
      return (await (await query({ sql: fitted.sql, parameters })).json<Row>()).map(fitted.row);
    },
    async *stream<Row>({ sql, parameters }: Statement) {
      const fitted = await columns.fit(sql);
      for await (const rows of (await query({ sql: fitted.sql, parameters })).stream<Row>())
        for (const row of rows) yield fitted.row(row.json());
    },
    close: () => client.close(),
  };
}

/** ClickHouse's error codes (src/Common/ErrorCodes.cpp). */
const refusals = {
  credentials: new Set(["516", "193", "194", "497"]),
  tables: new Set(["60", "81", "47"]),
} as const;

function described(error: unknown, { url, user, password, database }: ClickHousePlace): ClickHouseError {
  const { code = "", message } = error as Error & { code?: string };
  const [line = ""] = redact(message, [password, ...urlCredentials(url)]).split("\n");
  const text = line.trim().replace(/\.+$/, "");
  const where = shownUrl(url);
  if (refusals.credentials.has(code)) {
    return new ClickHouseError(
      `ClickHouse at ${where} refused the user "${user}": set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD (${text})`,
      "credentials",
    );
  }
  if (refusals.tables.has(code)) {
    return new ClickHouseError(
      `the database "${database}" of ${where} does not have ClickStack's tables: name the right one with --clickhouse-database (${text})`,
      "tables",
    );
  }
  if (/^\d+$/.test(code))
    return new ClickHouseError(`ClickHouse at ${where} refused the query: ${text}`, "other");
  return new ClickHouseError(
    `ClickHouse at ${where} could not be reached (${code || text}): check --clickhouse, which is its HTTP interface, usually port 8123 or 8443`,
    "unreachable",
  );
}
