import { mkdirSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import type { Session } from "chdb";
import type { AttributeType } from "../base/attributeType";
import { ClickHouseError } from "../base/clickHouseError";
import { schemaStatements } from "./schema";
import { identifier, quote, type Settings, settingsChange } from "./settings";

/**
 * Dotted and nested attribute names can be equal. JSON columns then keep the first one, as with the extension's own inserts;
 * the collector would lose its batch.
 */
const INSERT_SETTINGS = { type_json_skip_duplicated_paths: 1 };

/**
 * The fixed settings of a read-only user: a page in the browser, or someone exploring the data, must not overload the machine.
 * `readonly` comes last, since nothing can be set after it.
 */
const READER_SETTINGS = {
  max_execution_time: "30",
  max_memory_usage: "2000000000",
  max_result_rows: "1000000",
  readonly: "1",
};

function dataDirectory(directory: string): string {
  return path.join(directory, "data");
}

/** One statement for the engine with the options that ClickHouse's HTTP interface lets a request set. */
export interface Statement {
  readonly sql: string;
  /** Format of the result if the statement names none. */
  readonly format: string;
  readonly database: string;
  readonly settings: Settings;
  /** Values of `{name:Type}` placeholders, unescaped. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The result of a statement. */
export interface StatementResult {
  readonly bytes: Uint8Array;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly elapsedSeconds: number;
}

/**
 * The embedded ClickHouse over one data directory. The engine keeps session state (current database,
 * settings) in the process, so statements run one after another; callers need not care.
 */
export class Engine {
  private tail: Promise<unknown> = Promise.resolve();
  private database = "default";
  /** Settings of earlier requests that the session still has: most requests of a client have the same settings. */
  private settings: Settings = {};
  private inserts = 0;

  private constructor(
    private readonly session: Session,
    private readonly temporaryDirectory: string,
    /** Waits for statements that have started there. */
    private readonly earlier?: Engine,
  ) {}

  /** Opens (or creates) the data directory and its tables with attributes of this type. */
  static async open(
    directory: string,
    attributes: AttributeType,
    openSession: (path: string) => Session,
  ): Promise<Engine> {
    const temporaryDirectory = path.join(directory, "inserts");
    rmSync(temporaryDirectory, { recursive: true, force: true });
    mkdirSync(temporaryDirectory, { recursive: true });
    const engine = new Engine(openSession(dataDirectory(directory)), temporaryDirectory);
    for (const sql of schemaStatements(attributes)) {
      await engine.run({ sql, format: "Null", database: "default", settings: {}, parameters: {} });
    }
    return engine;
  }

  /**
   * Opens a data directory that another engine writes, for reading: ClickHouse refuses every write and every change of settings. It
   * reads what the other engine stored before, and the other engine's statements do not wait for it.
   */
  static async openReader(
    writer: Engine,
    directory: string,
    openSession: (path: string) => Session,
  ): Promise<Engine> {
    const reader = new Engine(openSession(dataDirectory(directory)), writer.temporaryDirectory, writer);
    await reader.command(settingsChange({}, READER_SETTINGS) ?? "");
    return reader;
  }

  /** Runs a statement after those before it. Rejects with a `ClickHouseError`. */
  run(statement: Statement): Promise<StatementResult> {
    return this.exclusive(() => this.execute(statement));
  }

  /** Runs a SET or USE. @returns the database after it, and the settings that it changed. */
  change(statement: Omit<Statement, "format">): Promise<Pick<Statement, "database" | "settings">> {
    return this.exclusive(async () => {
      await this.useDatabase(statement.database);
      await this.useSettings({});
      const before = await this.changedSettings();
      try {
        await this.useSettings(statement.settings);
        await this.command(statement.sql);
        const after = await this.changedSettings();
        const settings = Object.fromEntries(
          Object.entries(after).filter(([name, value]) => before[name] !== value),
        );
        const [{ database = "" } = {}] = await this.rows<{ database: string }>(
          "SELECT currentDatabase() AS database",
        );
        return { database, settings };
      } finally {
        const sql = settingsChange(await this.changedSettings(), before);
        if (sql !== undefined) await this.command(sql);
        this.settings = {};
        this.database = "";
      }
    });
  }

  /**
   * Runs an INSERT whose data are in one of ClickHouse's formats.
   *
   * @param head the statement up to where `FROM INFILE` belongs: `INSERT INTO t (columns)`
   * @param tail what follows: `[SETTINGS …] FORMAT name`
   */
  insert(
    statement: Omit<Statement, "sql" | "format"> & { head: string; tail: string; data: Buffer },
  ): Promise<StatementResult> {
    return this.exclusive(async () => {
      const file = path.join(this.temporaryDirectory, `${this.inserts++}.data`);
      await writeFile(file, statement.data);
      try {
        const sql = `${statement.head} FROM INFILE ${quote(file)} ${statement.tail}`;
        return await this.execute({ ...statement, sql, format: "Null" });
      } finally {
        rmSync(file, { force: true });
      }
    });
  }

  /** Appends rows, one JSON object each, to tables of database `default`. */
  insertRows(tables: ReadonlyMap<string, readonly string[]>): Promise<void> {
    return this.exclusive(async () => {
      await this.useDatabase("default");
      await this.useSettings({});
      for (const [table, rows] of tables) {
        if (rows.length === 0) continue;
        const values = Buffer.from(`${rows.join("\n")}\n`);
        await translateErrors(
          this.session.insert({
            table: `default.${table}`,
            format: "JSONEachRow",
            values,
            settings: INSERT_SETTINGS,
          }),
        );
      }
    });
  }

  /** Waits for running statements and closes the data directory. */
  async close(): Promise<void> {
    await this.exclusive(async () => this.session.close());
  }

  private exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = Promise.all([this.tail, this.earlier?.tail]).then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }

  private async execute(statement: Statement): Promise<StatementResult> {
    await this.useDatabase(statement.database);
    await this.useSettings(statement.settings);
    try {
      const { sql, format, parameters } = statement;
      const answer =
        Object.keys(parameters).length > 0
          ? this.session.queryBindAsync(sql, parameters, { format })
          : this.session.queryAsync(sql, { format });
      const result = await translateErrors(answer);
      const { rowsRead, bytesRead, elapsed } = result;
      return { bytes: result.bytes(), rowsRead, bytesRead, elapsedSeconds: elapsed };
    } finally {
      // A `USE` inside a statement must not reach the next request.
      this.database = /\bUSE\b/i.test(statement.sql) ? "" : this.database;
    }
  }

  private async useDatabase(database: string): Promise<void> {
    if (this.database === database) return;
    await this.command(`USE ${identifier(database)}`);
    this.database = database;
  }

  private async useSettings(settings: Settings): Promise<void> {
    const sql = settingsChange(this.settings, settings);
    if (sql === undefined) return;
    // A SET that is refused because of its second setting may have changed the first one.
    await this.command(sql).catch(async (error) => {
      await this.unset(Object.keys({ ...this.settings, ...settings }));
      throw error;
    });
    this.settings = settings;
  }

  /** Resets settings to their defaults, even if some of the names do not exist. */
  private async unset(names: readonly string[]): Promise<void> {
    for (const name of names) await this.command(`SET ${identifier(name)} = DEFAULT`).catch(() => undefined);
    this.settings = {};
  }

  private async changedSettings(): Promise<Record<string, string>> {
    const rows = await this.rows<{ name: string; value: string }>(
      "SELECT name, value FROM system.settings WHERE changed",
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  private async rows<Row>(sql: string): Promise<Row[]> {
    const result = await translateErrors(this.session.queryAsync(sql, { format: "JSONEachRow" }));
    const lines = Buffer.from(result.bytes()).toString("utf8").split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Row);
  }

  private async command(sql: string): Promise<void> {
    await translateErrors(this.session.queryAsync(sql, { format: "Null" }));
  }
}

async function translateErrors<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && "clickhouseCode" in error && typeof error.clickhouseCode === "number") {
      throw new ClickHouseError(error.clickhouseCode, error.message);
    }
    throw error;
  }
}
