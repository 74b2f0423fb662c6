import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ClickHouseOptions,
  type EmbeddedClickHouse,
  type Processes,
  startClickHouse,
} from "../../sandbox/clickhouse";
import type { ServerOptions } from "../../sandbox/clickhouse/ipc";
import { ServerProcess, type ServingProcess } from "../../sandbox/clickhouse/serverProcess";

/** With each start, the engine keeps five threads and 4 MB more. */
const MAX_STARTS = 20;
const MEMORY = "/dev/shm";
const ENOUGH_BYTES = 1024 ** 3;

/** Processes that serve one ClickHouse after another; they end with this one. */
export class ReusedProcesses implements Processes {
  private readonly starts = new WeakMap<ServerProcess, number>();
  private readonly idle: ServerProcess[] = [];

  constructor(private readonly maxStarts = MAX_STARTS) {}

  async start(options: ServerOptions): Promise<ServingProcess> {
    const idle = this.idle.pop();
    const serving = await (idle?.running ? idle.startAgain(options) : ServerProcess.start(options));
    this.starts.set(serving.process, (this.starts.get(serving.process) ?? 0) + 1);
    return serving;
  }

  async end(process: ServerProcess): Promise<void> {
    if (!process.running || (this.starts.get(process) ?? 0) >= this.maxStarts) return process.stop();
    await process.close();
    this.idle.push(process);
  }
}

const shared = new ReusedProcesses();

/**
 * Starts ClickHouse in the process of an earlier one that was stopped, if there is one, since most of a start is the process.
 * Directory, ports, counts and faults are new, and requests to the earlier one's ports are refused. Tests that use the process
 * itself need `startClickHouse`.
 */
export async function startInReusedProcess(
  options: ClickHouseOptions,
  processes = shared,
): Promise<EmbeddedClickHouse> {
  if (options.directory !== undefined) return startClickHouse(options, processes);
  const directory = clickHouseDirectory();
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    const clickhouse = await startClickHouse({ ...options, directory }, processes);
    return { ...clickhouse, stop: () => clickhouse.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A directory in memory if there is room, since each insert creates many files; else a temporary one. */
export function clickHouseDirectory(): string {
  return mkdtempSync(join(hasRoom(MEMORY) ? MEMORY : tmpdir(), "clickhouse-test-"));
}

function hasRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}
