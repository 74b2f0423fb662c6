import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EmbeddedClickHouse,
  type QueryParameters,
  type Reader,
  startClickHouse,
} from "../../sandbox/clickhouse";

const WATCH_MS = 1_000;

/** ClickHouse with its data and ports. It is restarted if its process ends. */
export class Store {
  private watching: NodeJS.Timeout | undefined;
  private restarting: Promise<void> | undefined;
  private stopped = false;

  private constructor(
    private clickhouse: EmbeddedClickHouse,
    readonly ingestionKey: string,
    private readonly tell: (notice: string) => void,
  ) {
    this.watching = setInterval(() => void this.check(), WATCH_MS).unref();
  }

  /** @param tell reports its failures and restarts. */
  static async start(tell: (notice: string) => void): Promise<Store> {
    const directory = mkdtempSync(join(tmpdir(), "clickstack-dev-"));
    const ingestionKey = randomBytes(16).toString("hex");
    try {
      return new Store(await startClickHouse({ ingestionKey, directory }), ingestionKey, tell);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  get otlpUrl(): string {
    return this.clickhouse.otlpUrl;
  }

  get httpUrl(): string {
    return this.clickhouse.httpUrl;
  }

  get ports(): readonly number[] {
    return this.clickhouse.ports;
  }

  get pid(): number {
    return this.clickhouse.pid;
  }

  /** The read-only user. */
  get reader(): Omit<Reader, "query"> {
    return this.clickhouse.reader;
  }

  /** Reads as that user. */
  query<Row>(sql: string, parameters?: QueryParameters): Promise<Row[]> {
    return this.clickhouse.reader.query<Row>(sql, parameters);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.watching);
    await this.restarting;
    await this.clickhouse.stop();
    rmSync(this.clickhouse.directory, { recursive: true, force: true });
  }

  /** Restarts ClickHouse if its process has ended. */
  private async check(): Promise<void> {
    if (this.stopped || this.restarting !== undefined || isRunning(this.clickhouse.pid)) return;
    const { directory, ports } = this.clickhouse;
    this.tell("ClickHouse ended unexpectedly; starting it again with its data");
    this.restarting = startClickHouse({ ingestionKey: this.ingestionKey, directory, ports })
      .then((started) => {
        this.clickhouse = started;
        this.tell(
          "ClickHouse is running again; what was sent in between is lost unless the extension still holds it",
        );
      })
      .catch((error: Error) => {
        clearInterval(this.watching);
        this.tell(
          `ClickHouse could not be restarted, so nothing is stored from now on: ${error.message}. Stop \`dev\` and start it again`,
        );
      });
    await this.restarting;
    this.restarting = undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
