import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { areSnapshots, type SeenSpan, spansIn } from "./seenSpans";

/** The line in which the mini runtimes say how invocations ended. */
const OUTCOMES = /^MINI_RUNTIME (.*)\n/m;

/** What a process sent, wrote and reported. */
export interface Ended<Outcomes> extends Received {
  code: number | null;
  output: string;
  /** What its mini runtime reported; nothing if it ended before. */
  outcomes: Partial<Outcomes>;
}

/** What a process sent. */
interface Received {
  /** In their order, with snapshots of open spans. */
  spans: SeenSpan[];
  /** Request ids of invocations reported as ended, by request; undefined for a request that reported none. */
  ended: (string | undefined)[];
}

/** Receives what a tracing layer sends, in place of the extension. */
export class SpanReceiver {
  private readonly server = http.createServer((request, response) => this.handle(request, response));
  private readonly connections = new Set<Socket>();
  /** Counts the parts that have been read of requests, and their ends. */
  private progress = 0;
  private received: Received = { spans: [], ended: [] };

  static async open(): Promise<SpanReceiver> {
    const receiver = new SpanReceiver();
    receiver.server.on("connection", (socket: Socket) => {
      receiver.connections.add(socket);
      socket.on("close", () => receiver.connections.delete(socket));
    });
    await new Promise<void>((resolve) => receiver.server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /**
   * Waits for the end of a process with a mini runtime. That keeps it until its input ends: at the end of a process,
   * responses that it has not read reset its connection, and the receiver could not read the rest of it.
   */
  async endOf<Outcomes>(child: ChildProcessWithoutNullStreams): Promise<Ended<Outcomes>> {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    let read: Promise<void> | undefined;
    child.stdout.on("data", () => {
      if (OUTCOMES.test(output)) read ??= this.read().then(() => void child.stdin.end());
    });
    // A process that has ended by itself does not read it.
    child.stdin.on("error", () => {});
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    await read;
    const received = await this.take();
    return { ...received, code, output, outcomes: JSON.parse(OUTCOMES.exec(output)?.[1] ?? "{}") };
  }

  /** Reads everything that processes have written until now. */
  private async read(): Promise<void> {
    for (let known = -1; known !== this.progress; ) {
      known = this.progress;
      // Connections are accepted in their order, and read in one turn: with this response, a part of each has been read.
      const request = http.get({ port: this.port, host: "127.0.0.1", agent: false });
      const [answer] = (await once(request, "response")) as [http.IncomingMessage];
      await once(answer.resume(), "end");
    }
  }

  /** Everything that processes, which have ended, have sent since the last call. */
  private async take(): Promise<Received> {
    await this.read();
    while (this.connections.size > 0)
      await Promise.all([...this.connections].map((one) => once(one, "close")));
    const { received } = this;
    this.received = { spans: [], ended: [] };
    return received;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => {
      this.progress += 1;
      chunks.push(chunk);
    });
    request.on("end", () => {
      if (request.url === "/v1/traces") {
        this.progress += 1;
        const spans = spansIn(Buffer.concat(chunks));
        this.received.spans.push(...spans);
        if (!areSnapshots(spans))
          this.received.ended.push(request.headers["clickstack-invocation-ended"]?.toString());
      }
      response.end();
    });
  }
}
