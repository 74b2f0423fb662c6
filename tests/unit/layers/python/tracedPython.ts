import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { writePythonTracingLayer } from "../../../../layers/python/bundle";
import { type SeenSpan, settled } from "../seenSpans";
import { SpanReceiver } from "../spanReceiver";

export const root = join(__dirname, "..", "..", "..", "..");

/** The project's own interpreter, with the packages of scripts/requirements.txt and requirements-tests.txt. */
export const python = join(root, ".cache", "python", "bin", "python");

/** AWS's runtime interface client. */
const runtime = join(root, ".cache", "lambda-runtimes", "python");

/** The parts of `npm run setup` that the tests need. `npm run demo` installs them without the libraries. */
export const isPrepared =
  existsSync(join(root, ".cache", "python", "libraries.stamp")) && existsSync(join(runtime, "awslambdaric"));

export interface Outcome {
  response?: unknown;
  error?: { name: string; message: string };
  /** Files of the error's frames, without the runtime's frames. */
  frames?: string[];
}

export interface Run {
  /** Results of the invocations, in order; none if the process ended before. */
  results: Outcome[];
  /** The runtime's report of a failure to load the handler. */
  initError?: { type?: string; errorType?: string; message?: string; trace?: string[] };
  spans: SeenSpan[];
  /** All sent spans, including snapshots of open ones. */
  sent: SeenSpan[];
  /** For each request: the invocation that it reports as ended. */
  ended: (string | undefined)[];
  code: number | null;
  output: string;
}

export interface RunOptions {
  /** Files of the function. */
  files: Readonly<Record<string, string>>;
  handler?: string;
  invocations?: readonly { event?: unknown; clientContext?: object; xray?: string }[];
  overlapping?: boolean;
  remainingMs?: number;
  env?: Readonly<Record<string, string>>;
  /** The layer's destination. Default: a receiver of the test. */
  endpoint?: string;
  /** Python that runs before the handler is loaded. */
  preload?: string;
  interpreter?: string;
}

/**
 * Interpreters of other versions on this machine, from pyenv or on PATH. pyenv's own commands on PATH take ten times as
 * long to start, so that its interpreters are looked for first.
 */
export function otherInterpreters(): string[] {
  const minors = [9, 10, 11, 12, 13, 14, 15];
  const names = minors.map((minor) => `python3.${minor}`);
  const script = [
    "import glob, os, shutil, subprocess, sys",
    "home = os.environ.get('PYENV_ROOT') or os.path.expanduser('~/.pyenv')",
    "for name in sys.argv[1:]:",
    "  found = sorted(glob.glob(os.path.join(home, 'versions', '*', 'bin', name)))",
    "  for path in filter(None, [*found, shutil.which(name)]):",
    "    try: ok = subprocess.run([path, '-c', ''], capture_output=True).returncode == 0",
    "    except OSError: ok = False",
    "    if ok: print(path); break",
  ].join("\n");
  return execFileSync(python, ["-c", script, ...names], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line !== "");
}

/** What the mini runtime reports. */
interface Outcomes {
  results: Outcome[];
  initError: Run["initError"];
}

/** Runs functions with the layer in separate processes. */
export class TracedPythons {
  readonly directory = mkdtempSync(join(tmpdir(), "tracing-layer-"));
  private runs = 0;

  private constructor(private readonly receiver: SpanReceiver) {}

  static async open(): Promise<TracedPythons> {
    const processes = new TracedPythons(await SpanReceiver.open());
    writePythonTracingLayer(root, join(processes.directory, "opt"));
    return processes;
  }

  /** The port of the receiver, for what is between it and a process. */
  get port(): number {
    return this.receiver.port;
  }

  async run(options: RunOptions): Promise<Run> {
    const { files, handler = "app.handler", invocations = [{}], interpreter = python } = options;
    this.runs += 1;
    const code = join(this.directory, `code-${this.runs}`);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(code, name)), { recursive: true });
      writeFileSync(join(code, name), text);
    }
    const { overlapping = false, remainingMs = 10_000, preload = "" } = options;
    const opt = join(this.directory, "opt");
    const child = spawn(
      join(opt, "clickstack-tracing"),
      [interpreter, join(__dirname, "miniRuntime", "bootstrap.py")],
      {
        env: {
          PATH: process.env.PATH ?? "",
          PYTHONPATH: runtime,
          AWS_EXECUTION_ENV: "AWS_Lambda_python3.13",
          AWS_LAMBDA_FUNCTION_NAME: "orders",
          LAMBDA_TASK_ROOT: code,
          _HANDLER: handler,
          ROTEL_OTLP_HTTP_ENDPOINT: options.endpoint ?? `127.0.0.1:${this.port}`,
          MINI_RUNTIME: JSON.stringify({ invocations, overlapping, remainingMs, preload }),
          ...options.env,
        },
      },
    );
    const { spans, ended, code: exit, output, outcomes } = await this.receiver.endOf<Outcomes>(child);
    const { results = [], initError } = outcomes;
    return { results, initError, spans: settled(spans), sent: spans, ended, code: exit, output };
  }

  async close(): Promise<void> {
    await this.receiver.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
