import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { StreamPosition } from "../plan/backfill";
import { UsageError } from "../plan/usageError";
import type { ProcessMark } from "./processMark";

/** The state of a stream: how far it was delivered, and where a delivery that was started would end. */
export interface StreamState {
  done?: StreamPosition;
  begun?: StreamPosition;
  /** The extension that sends what was begun. It outlives a run that is killed. */
  sender?: ProcessMark;
}

interface StateFile {
  formatVersion: 1;
  /** The function. */
  arn: string;
  /** Milliseconds since 1970: the first run's beginning of the range. */
  since: number;
  streams: Record<string, StreamState>;
}

/** The progress of a backfill, in a file, so that it can be continued. */
export class BackfillState {
  private constructor(
    readonly path: string,
    private readonly file: StateFile,
    /** Whether nothing is written, as in a dry run. */
    private readonly isFixed: boolean,
  ) {}

  /**
   * Reads the file, or begins a new one.
   * @param since milliseconds since 1970
   * @throws UsageError if the file belongs to another function, or begins later.
   */
  static open(path: string, arn: string, since: number, isFixed: boolean): BackfillState {
    if (!existsSync(path))
      return new BackfillState(path, { formatVersion: 1, arn, since, streams: {} }, isFixed);
    const file = parsed(path);
    if (file.arn !== arn) {
      throw new UsageError(`${path} belongs to ${file.arn}: pass another file with --state`);
    }
    if (since < file.since) {
      const begin = new Date(file.since).toISOString();
      throw new UsageError(
        `${path} begins at ${begin}: to send what is older, pass --until ${begin} and another file with --state`,
      );
    }
    return new BackfillState(path, file, isFixed);
  }

  /** Milliseconds since 1970: where the range begins, so that an interrupted run leaves no gap. */
  get since(): number {
    return this.file.since;
  }

  of(stream: string): StreamState {
    return this.file.streams[stream] ?? {};
  }

  /** Records it at once: what is written here outlives the process. */
  note(stream: string, state: StreamState): void {
    this.file.streams[stream] = state;
    if (this.isFixed) return;
    const unfinished = `${this.path}.tmp`;
    writeFileSync(unfinished, `${JSON.stringify(this.file)}\n`);
    renameSync(unfinished, this.path);
  }
}

function parsed(path: string): StateFile {
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as StateFile;
    if (file.formatVersion === 1 && typeof file.since === "number" && file.streams) return file;
  } catch {
    // Said below.
  }
  throw new UsageError(`${path} is not a state file of \`backfill\`: name another file with --state`);
}
