import { connect, type Socket } from "node:net";

/** Requests without an answer at most: without an extension nothing may pile up. */
const MOST_UNANSWERED = 64;
const MOST_UNANSWERED_BYTES = 8 * 1024 * 1024;

/** Failed connections in a row after which there is no extension. */
const MOST_FAILURES = 3;

/** What the end of an invocation waits for the extension at most, in milliseconds; once it took longer, nothing waits again. */
const LONGEST_WAIT = 50;

/** The extension need not wait for Lambda's own word that the invocation is over, which comes 25 ms later at least. */
const ENDED_HEADER = "clickstack-invocation-ended";

export interface Endpoint {
  host: string;
  port: number;
  path: string;
}

/**
 * Hands requests to the extension over one connection that stays open. A written request is in the kernel before `send`
 * returns, so a freeze right afterwards loses nothing. What was not answered when a connection breaks is sent again over the
 * next one.
 */
export class Sender {
  private socket: Socket | undefined;
  private isConnected = false;
  private unanswered: Buffer[] = [];
  private unansweredBytes = 0;
  private failures = 0;
  private answer = "";
  private waiting: { for: number; done: () => void }[] = [];
  private sent = 0;
  private done = 0;
  private isSlow = false;

  constructor(private readonly endpoint: Endpoint) {}

  /** Begins to connect, so that the first request needs not wait for it. */
  open(): void {
    if (this.socket !== undefined || this.failures >= MOST_FAILURES) return;
    const { host, port } = this.endpoint;
    const socket = connect({ host, port, noDelay: true });
    this.socket = socket;
    // The runtime waits for an empty event loop, and a process for its end.
    socket.unref();
    socket.on("connect", () => this.connected(socket));
    socket.on("data", (data) => this.answered(data));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.closed(socket));
  }

  /** @param endedInvocation request id of the invocation whose handler has ended, and whose last spans these are. */
  send(body: Buffer, endedInvocation?: string): void {
    if (this.failures >= MOST_FAILURES) return;
    if (this.unanswered.length >= MOST_UNANSWERED || this.unansweredBytes > MOST_UNANSWERED_BYTES) return;
    const request = this.request(body, endedInvocation);
    this.unanswered.push(request);
    this.unansweredBytes += request.length;
    this.sent += 1;
    this.open();
    if (this.isConnected) this.socket?.write(request);
  }

  /**
   * A promise while the extension has not answered what was sent so far: it has to know the handler's span before Lambda tells
   * it that the invocation is done, or it makes a span of its own. That takes the time of a round trip within the machine.
   */
  settled(): Promise<void> | undefined {
    if (this.unanswered.length === 0 || this.socket === undefined || this.isSlow) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.isSlow = true;
        resolve();
      }, LONGEST_WAIT);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.waiting.push({ for: this.sent, done });
    });
  }

  private connected(socket: Socket): void {
    if (socket !== this.socket) return;
    this.isConnected = true;
    this.failures = 0;
    for (const request of this.unanswered) this.socket?.write(request);
  }

  private request(body: Buffer, endedInvocation: string | undefined): Buffer {
    const { host, port, path } = this.endpoint;
    const isSafe = endedInvocation !== undefined && /^[\w-]{1,128}$/.test(endedInvocation);
    const head =
      `POST ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\ncontent-type: application/x-protobuf\r\n` +
      `${isSafe ? `${ENDED_HEADER}: ${endedInvocation}\r\n` : ""}content-length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head, "latin1"), body]);
  }

  /** Answers come in the order of the requests. Whatever they say, there is nothing to do about it here. */
  private answered(data: Buffer): void {
    this.answer += data.toString("latin1");
    for (;;) {
      const end = this.answer.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.answer.slice(0, end))?.[1] ?? 0);
      if (this.answer.length < end + 4 + length) return;
      this.answer = this.answer.slice(end + 4 + length);
      this.unansweredBytes -= this.unanswered.shift()?.length ?? 0;
      this.isSlow = false;
      this.wake(this.done + 1);
    }
  }

  private closed(socket: Socket): void {
    if (socket !== this.socket) return;
    if (!this.isConnected) this.failures += 1;
    this.socket = undefined;
    this.isConnected = false;
    this.answer = "";
    // Without an answer it is not worth a wait whether it is sent again.
    for (const { done } of this.waiting.splice(0)) done();
    if (this.failures >= MOST_FAILURES) {
      this.done = this.sent;
      this.unanswered = [];
      this.unansweredBytes = 0;
    } else if (this.unanswered.length > 0) this.open();
  }

  private wake(done: number): void {
    this.done = done;
    while (this.waiting[0] !== undefined && this.waiting[0].for <= done) this.waiting.shift()?.done();
  }
}
