import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExitStatus } from "../core/exitStatus";

/** How an environment's processes are isolated from the machine's, strongest first. */
export type IsolationMode = "root" | "user" | "bubblewrap" | "none";

/** Whether a mode needs all layers' files in one directory. */
export const needsMerged = (mode: IsolationMode): boolean => mode === "none" || mode === "bubblewrap";

/** The configuration of the supervisor (init/main.py). */
export interface SupervisorConfiguration {
  mode: IsolationMode;
  /** Directory that appears at /var/task. */
  task: string;
  /** Directory that appears at /var/runtime. */
  runtime: string | null;
  /** Directories that are overlaid at /opt; if several contain the same file, the first one's is visible. */
  layers: string[];
  /** Links in /var/lang/bin, by name. */
  binaries: Record<string, string>;
  /** [port on the environment's loopback, port on the machine's loopback]. */
  ports: [number, number][];
  /** Size of /tmp. */
  temporaryBytes: number;
}

export interface SupervisorReply {
  error?: string;
  pid?: number;
  names?: string[];
  kibibytes?: number;
}

interface SupervisorEvent {
  event: "ready" | "failed" | "exit";
  message?: string;
  pid?: number;
  code?: number;
  signal?: string | null;
}

export interface SupervisorListener {
  onExit: (pid: number, exit: ExitStatus) => void;
  /** The supervisor has ended, and with it everything that it held. */
  onEnd: () => void;
}

const MAIN = join(__dirname, "init", "main.py");
/** Without site-packages, and without writing caches next to the sources. */
const PYTHON_OPTIONS = ["-E", "-s", "-S", "-B"];

/**
 * The process that manages one environment: its namespaces, its processes, the connection between its loopback and the
 * machine's. It ends with this process, however this one ends, and stops everything in the environment.
 */
export class Supervisor {
  private readonly replies = new Map<number, (reply: SupervisorReply) => void>();
  private readonly ready: Promise<void>;
  private readonly ended: Promise<void>;
  private becomeReady: () => void = () => {};
  private gone = false;
  private requests = 0;
  private input = "";
  private errors = "";
  private failure: string | undefined;
  private listener: SupervisorListener | undefined;

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    readonly directory: string,
    private readonly relayed: boolean,
  ) {
    this.ready = new Promise((resolve) => {
      this.becomeReady = resolve;
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => this.read(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.errors = (this.errors + text).slice(-4_000);
    });
    child.stdin.on("error", () => {}); // it has ended: 'close' reports it
    this.ended = new Promise((resolve) => {
      const end = () => {
        this.end();
        resolve();
      };
      child.on("error", (error) => {
        this.errors += error.message;
        end();
      });
      child.on("close", end);
    });
  }

  /** @throws an error with the system's reason when this machine does not allow the mode. */
  static async start(python: string, configuration: SupervisorConfiguration): Promise<Supervisor> {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), "lambda-")));
    const child = spawn(python, [...PYTHON_OPTIONS, MAIN], {
      stdio: "pipe",
      detached: true, // Ctrl-C in the terminal is handled by this process, which then shuts the environment down
      cwd: "/",
      env: { PATH: process.env.PATH },
    });
    const supervisor = new Supervisor(child, directory, configuration.mode !== "none");
    child.stdin.write(`${JSON.stringify({ ...configuration, directory, parent: process.pid })}\n`);
    await Promise.race([supervisor.ready, supervisor.ended]);
    if (supervisor.failure !== undefined || supervisor.gone) {
      const reason = supervisor.failure ?? supervisor.errors.trim();
      await supervisor.close();
      throw new Error(reason);
    }
    return supervisor;
  }

  listen(listener: SupervisorListener): void {
    this.listener = listener;
  }

  /** @param onReply is called before any later event of the supervisor is. */
  request(
    operation: string,
    parameters: object,
    onReply?: (reply: SupervisorReply) => void,
  ): Promise<SupervisorReply> {
    if (this.gone) return Promise.resolve({ error: "the environment has ended" });
    this.requests += 1;
    const id = this.requests;
    return new Promise((resolve) => {
      this.replies.set(id, (reply) => {
        onReply?.(reply);
        resolve(reply);
      });
      this.child.stdin.write(`${JSON.stringify({ id, operation, ...parameters })}\n`);
    });
  }

  /** Opens a connection to a port of the environment's own loopback. */
  connect(port: number): net.Socket {
    if (!this.relayed) return net.connect({ host: "127.0.0.1", port, noDelay: true });
    const socket = net.connect({ path: join(this.directory, "connect") });
    socket.write(`${port}\n`);
    return socket;
  }

  /**
   * Breaks the connections that the environment has to ports of the machine, except those to one of them. A
   * connection's owner notices it only when it writes. Without namespaces nothing can be broken.
   */
  async breakConnections(kept: number): Promise<void> {
    if (!this.relayed || this.gone) return;
    const socket = net.connect({ path: join(this.directory, "connect") });
    await new Promise<void>((resolve) => {
      socket.on("error", () => {}); // the relay has ended: 'close' follows
      socket.on("close", () => resolve());
      socket.resume();
      socket.write(`break ${kept}\n`);
    });
  }

  /** Ends every process of the environment. */
  async close(): Promise<void> {
    this.child.stdin.end();
    await this.ended;
  }

  private read(text: string): void {
    const lines = (this.input + text).split("\n");
    this.input = lines.pop() ?? "";
    for (const line of lines)
      this.dispatch(JSON.parse(line) as SupervisorEvent | ({ id: number } & SupervisorReply));
  }

  private dispatch(message: SupervisorEvent | ({ id: number } & SupervisorReply)): void {
    if ("id" in message) {
      const reply = this.replies.get(message.id);
      this.replies.delete(message.id);
      reply?.(message);
    } else if (message.event === "exit") {
      const { pid = 0, code = 0, signal } = message;
      this.listener?.onExit(pid, { code, signal: signal ?? undefined });
    } else {
      if (message.event === "failed") this.failure = message.message;
      this.becomeReady();
    }
  }

  private end(): void {
    this.gone = true;
    for (const reply of this.replies.values())
      reply({ error: `the environment has ended ${this.errors}`.trim() });
    this.replies.clear();
    this.listener?.onEnd();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
