import { categoryOf, type TelemetryEvent } from "../core/telemetryEvent";
import type { FunctionDefinition } from "../function/definition";
import { platformLines } from "./platformLines";

export interface LogLine {
  /** In milliseconds since 1970. */
  timestamp: number;
  message: string;
}

/** An open log stream. */
export interface LogStream {
  write(lines: LogLine[]): Promise<void>;
  close(): Promise<void>;
}

/** The destination of the lines that Lambda writes to CloudWatch Logs. */
export interface LogSink {
  /** @returns undefined if the execution role may not write logs: as on Lambda, they are then silently lost. */
  open(environment: {
    functionName: string;
    logStream: string;
    role?: string;
  }): Promise<LogStream | undefined>;
}

/** Writes one environment's lines in order, without delaying its phases. */
export class LogWriter {
  private waiting: LogLine[] = [];
  private writing: Promise<void>;
  private stream: LogStream | undefined;
  private failure: Error | undefined;

  constructor(
    sink: LogSink,
    private readonly definition: FunctionDefinition,
    logStream: string,
  ) {
    const { name: functionName, role } = definition;
    this.writing = sink.open({ functionName, logStream, role }).then(
      (stream) => {
        this.stream = stream;
      },
      (error: Error) => {
        this.failure = error;
      },
    );
  }

  /** Writes what Lambda writes for an event, if anything. */
  event(event: TelemetryEvent): void {
    const timestamp = Date.parse(event.time);
    for (const message of messagesOf(event, this.definition)) this.line({ timestamp, message });
  }

  line(line: LogLine): void {
    this.waiting.push(line);
    if (this.waiting.length === 1) this.writing = this.writing.then(() => this.writeWaiting());
  }

  /** @throws the first error of the sink. */
  async close(): Promise<void> {
    await this.writing;
    await this.stream?.close();
    if (this.failure) throw this.failure;
  }

  private async writeWaiting(): Promise<void> {
    const lines = this.waiting;
    this.waiting = [];
    try {
      await this.stream?.write(lines);
    } catch (error) {
      this.failure ??= error as Error;
    }
  }
}

function messagesOf(event: TelemetryEvent, definition: FunctionDefinition): string[] {
  if (categoryOf(event) === "platform") return platformLines(event, definition);
  return [typeof event.record === "string" ? event.record : JSON.stringify(event.record)];
}
