import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { tracingLayer } from "../../../../layers/node/bundle";
import { writeEntries } from "../../../../layers/writeEntries";
import { type SeenSpan, settled } from "../seenSpans";
import { SpanReceiver } from "../spanReceiver";

const root = join(__dirname, "..", "..", "..", "..");

export interface Outcome {
  response?: unknown;
  error?: { name?: string; message: string };
}

export interface Run {
  /** Results of the invocations, in order; none if the process ended before. */
  results: Outcome[];
  spans: SeenSpan[];
  /** Request ids of invocations reported as ended, by request; undefined for a request that reported none. */
  ended: (string | undefined)[];
  code: number | null;
  output: string;
  parameters?: number;
  handlerName?: string;
}

export interface RunOptions {
  /** Files of the function. */
  files: Readonly<Record<string, string>>;
  handler?: string;
  invocations?: readonly { event?: unknown; context?: object; xray?: string }[];
  style?: "callback" | "promise";
  overlapping?: boolean;
  remainingMs?: number;
  env?: Readonly<Record<string, string>>;
  /** The layer's destination. Default: a receiver of the test. */
  endpoint?: string;
  execArgv?: readonly string[];
}

/** What the mini runtime reports. */
interface Outcomes {
  results: Outcome[];
  parameters: number;
  name: string;
}

/** Runs functions with the layer in separate processes. */
export class TracedProcesses {
  /** The layer's files, which are compiled once for all tests. */
  private static layer: ReturnType<typeof tracingLayer> | undefined;
  readonly directory = mkdtempSync(join(tmpdir(), "tracing-layer-"));
  private runs = 0;

  private constructor(private readonly receiver: SpanReceiver) {}

  static async open(): Promise<TracedProcesses> {
    const processes = new TracedProcesses(await SpanReceiver.open());
    TracedProcesses.layer ??= tracingLayer(root);
    writeEntries(await TracedProcesses.layer, join(processes.directory, "opt"));
    return processes;
  }

  /** The port of the receiver, for what is between it and a process. */
  get port(): number {
    return this.receiver.port;
  }

  async run(options: RunOptions): Promise<Run> {
    const { files, handler = "index.handler", invocations = [{}], env = {}, execArgv = [] } = options;
    this.runs += 1;
    const code = join(this.directory, `code-${this.runs}`);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(code, name)), { recursive: true });
      writeFileSync(join(code, name), text);
    }
    const { style = "promise", overlapping, remainingMs } = options;
    const entry = join(this.directory, "opt", "clickstack", "node", "handler.mjs");
    const child = spawn(process.execPath, [...execArgv, join(__dirname, "miniRuntime.mjs")], {
      env: {
        PATH: process.env.PATH ?? "",
        NODE_PATH: join(root, "node_modules"),
        LAMBDA_TASK_ROOT: code,
        _CLICKSTACK_HANDLER: handler,
        _HANDLER: "/opt/clickstack/node/handler.handler",
        ROTEL_OTLP_HTTP_ENDPOINT: options.endpoint ?? `127.0.0.1:${this.port}`,
        MINI_RUNTIME: JSON.stringify({ entry, invocations, style, overlapping, remainingMs }),
        ...env,
      },
    });
    const { spans, ended, code: exit, output, outcomes } = await this.receiver.endOf<Outcomes>(child);
    const { results = [], parameters, name } = outcomes;
    return {
      results,
      spans: settled(spans),
      ended,
      code: exit,
      output,
      parameters,
      handlerName: name,
    };
  }

  async close(): Promise<void> {
    await this.receiver.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
