import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from "@clickhouse/client";
import type { AttributeType } from "./base/attributeType";
import type { Fault } from "./base/faults";
import type { IntakeStats } from "./base/signal";
import { READER, readerPassword, USER } from "./http/credentials";
import type { ServerOptions } from "./ipc";
import { ServerProcess, type ServingProcess } from "./serverProcess";

export type { AttributeType } from "./base/attributeType";
export type { Fault } from "./base/faults";
export type { IntakeStats, Signal, SignalStats } from "./base/signal";

/** Settings of an embedded ClickHouse. */
export interface ClickHouseOptions {
  /** Key that the OTLP intake expects in `authorization`; also the password of user `default`. */
  readonly ingestionKey: string;
  /** Type of the tables' attribute columns when they are created. Default: `map`, as in ClickStack. */
  readonly attributes?: AttributeType;
  /** Serve both interfaces over TLS. Default: false. */
  readonly tls?: boolean;
  /** Where data and certificates are kept. Default: a temporary directory, removed by `stop`. */
  readonly directory?: string;
  /** Ports of ClickHouse's HTTP interface and of the OTLP intake, as `ports` of an earlier one. Default: free ones. */
  readonly ports?: readonly number[];
}

/** A value for a `{name:Type}` placeholder. */
export type QueryParameter = string | number | bigint | boolean | null | Date | readonly (string | number)[];

/** Values by the names of their placeholders. */
export type QueryParameters = Readonly<Record<string, QueryParameter>>;

/** Runs queries. */
export interface QuerySource {
  /**
   * Runs a statement that returns rows.
   *
   * @param params values of its `{name:Type}` placeholders
   * @returns rows as objects by column; 64-bit integers are numbers
   */
  query<Row>(sql: string, params?: QueryParameters): Promise<Row[]>;
}

/** A read-only user, with limits of time, memory and rows. */
export interface Reader extends QuerySource {
  readonly user: string;
  readonly password: string;
}

/** A running ClickHouse with ClickStack's tables and an OTLP intake like ClickStack's collector. */
export interface EmbeddedClickHouse extends QuerySource {
  readonly pid: number;
  readonly directory: string;
  /** ClickHouse's HTTP interface: user `default`, password the ingestion key; and user `reader`. */
  readonly httpUrl: string;
  /** For programs that only show rows: the page, reading commands. */
  readonly reader: Reader;
  /** Base of OTLP/HTTP: `/v1/logs`, `/v1/traces` and `/v1/metrics` are below it. */
  readonly otlpUrl: string;
  /** Certificate of the authority to trust, PEM; only with `tls`. */
  readonly caFile?: string;
  /** Ports of the HTTP interface and the intake. */
  readonly ports: readonly number[];
  /** The intake's counts since the process started. */
  stats(): Promise<IntakeStats>;
  /** Makes the intake fail from now on; `undefined` ends the fault. */
  setFault(fault?: Fault): Promise<void>;
  /** Ends the process immediately (SIGKILL) and keeps the data: start again with the same directory and ports. */
  kill(): Promise<void>;
  /** Ends the process; removes the directory if it is a temporary one. */
  stop(): Promise<void>;
}

/** Where a ClickHouse runs. */
export interface Processes {
  start(options: ServerOptions): Promise<ServingProcess>;
  /** Ends the server; its directory is not used any more when this resolves. */
  end(process: ServerProcess): Promise<void>;
}

const OWN_PROCESS: Processes = {
  start: (options) => ServerProcess.start(options),
  end: (process) => process.stop(),
};

/**
 * Starts ClickHouse in a separate process, which ends with this one. Both interfaces listen on 127.0.0.1.
 *
 * @param processes Default: a process for this ClickHouse only
 * @throws Error with the platform and the last output of the process, if it cannot start
 */
export async function startClickHouse(
  options: ClickHouseOptions,
  processes: Processes = OWN_PROCESS,
): Promise<EmbeddedClickHouse> {
  const { ingestionKey, attributes = "map", tls = false, ports: [httpPort = 0, otlpPort = 0] = [] } = options;
  if (ingestionKey === "") throw new Error("startClickHouse: ingestionKey: must not be empty");
  const directory = options.directory ?? mkdtempSync(path.join(tmpdir(), "clickstack-clickhouse-"));
  const removeDirectory = (): void => {
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  const settings: ServerOptions = {
    ingestionKey,
    attributes,
    tls,
    directory: path.resolve(directory),
    ports: [httpPort, otlpPort],
  };
  const serving = await processes.start(settings).catch((error: unknown) => {
    removeDirectory();
    throw error;
  });
  return embeddedClickHouse(settings, serving, async () => {
    await processes.end(serving.process);
    removeDirectory();
  });
}

function embeddedClickHouse(
  { ingestionKey, tls, directory }: ServerOptions,
  { process, started: { ports, caFile } }: ServingProcess,
  end: () => Promise<void>,
): EmbeddedClickHouse {
  const scheme = tls ? "https" : "http";
  const httpUrl = `${scheme}://127.0.0.1:${ports[0]}`;
  const client = connect(httpUrl, caFile, { username: USER, password: ingestionKey, ...NUMBERS });
  const password = readerPassword(ingestionKey);
  const reading = connect(httpUrl, caFile, { username: READER, password });
  let ended: Promise<void> | undefined;
  // Afterwards the process may serve another one.
  const untilEnd = async <T>(work: () => Promise<T>): Promise<T> => {
    if (ended) throw process.goneError();
    return work();
  };
  const queryBy =
    (client: ClickHouseClient) =>
    async <Row>(sql: string, params?: QueryParameters): Promise<Row[]> => {
      try {
        return await query<Row>(client, sql, params);
      } catch (error) {
        throw process.running && !ended ? error : process.goneError();
      }
    };
  return {
    pid: process.pid,
    directory,
    httpUrl,
    reader: { user: READER, password, query: queryBy(reading) },
    otlpUrl: `${scheme}://127.0.0.1:${ports[1]}`,
    ...(caFile === undefined ? {} : { caFile }),
    ports,
    query: queryBy(client),
    stats: () => untilEnd(() => process.stats()),
    setFault: (fault) => untilEnd(() => process.fault(fault)),
    kill: () => ended ?? process.kill(),
    stop: () => {
      ended ??= Promise.all([client.close(), reading.close()]).then(end);
      return ended;
    },
  };
}

const NUMBERS = { clickhouse_settings: { output_format_json_quote_64bit_integers: 0 } } as const;

function connect(
  url: string,
  caFile: string | undefined,
  options: Pick<ClickHouseClientConfigOptions, "username" | "password" | "clickhouse_settings">,
): ClickHouseClient {
  return createClient({
    url,
    // A connection kept open would fail after a kill and a restart.
    keep_alive: { enabled: false },
    // The caller reports errors.
    log: { level: ClickHouseLogLevel.OFF },
    ...options,
    ...(caFile === undefined ? {} : { tls: { ca_cert: readFileSync(caFile) } }),
  });
}

async function query<Row>(
  client: ClickHouseClient,
  sql: string,
  params: QueryParameters = {},
): Promise<Row[]> {
  const result = await client.query({ query: sql, format: "JSONEachRow", query_params: params });
  return result.json<Row>();
}
