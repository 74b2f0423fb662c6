import { connect, type Socket } from "node:net";

/** Maximum number of unanswered requests: without an extension nothing may accumulate. */
const MOST_UNANSWERED = 64;
const MOST_UNANSWERED_LENGTH = 8 * 1024 * 1024;

/** Consecutive failed connections after which the extension is considered missing. */
const MOST_FAILURES = 3;

/**
 * Maximum time that the end of an invocation waits for the extension, in milliseconds; once it took longer, nothing
 * waits again.
 */
const LONGEST_WAIT = 50;

/**
 * With this header the extension need not wait for Lambda's own event about the end of the invocation, which arrives at
 * least 25 ms later.
 */
const ENDED_HEADER = "clickstack-invocation-ended";

/** Receives the extension's responses in parts. */
const ANSWERS = Buffer.allocUnsafeSlow(4096);

export interface Endpoint {
  host: string;
  port: number;
  path: string;
}

/**
 * Sends requests to the extension over one connection that stays open. A written request is in the kernel when `send`
 * returns, so a freeze right afterwards loses nothing. Requests without a response when a connection breaks are sent
 * again over the next one.
 */
export class Sender {
  private socket: Socket | undefined;
  private isConnected = false;
  private unanswered: string[] = [];
  private unansweredLength = 0;
  private failures = 0;
  private answer = "";
  private waiting: (() => void)[] = [];
  private isSlow = false;
  private readonly head: string;

  constructor(private readonly endpoint: Endpoint) {
    const { host, port, path } = endpoint;
    this.head = `POST ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\ncontent-type: application/json\r\n`;
  }

  /** Starts connecting, so that the first request need not wait for it. */
  open(): void {
    if (this.socket !== undefined || this.failures >= MOST_FAILURES) return;
    const { host, port } = this.endpoint;
    const socket: Socket = connect({
      host,
      port,
      noDelay: true,
      // One buffer for all responses, which do not go through a stream.
      onread: {
        buffer: ANSWERS,
        callback: (length) => {
          if (socket === this.socket) this.answered(ANSWERS.toString("latin1", 0, length));
          return true;
        },
      },
    });
    this.socket = socket;
    // The connection must not keep the event loop or the process alive.
    socket.unref();
    socket.on("connect", () => this.connected(socket));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.closed(socket));
  }

  /**
   * @param body an OTLP/JSON request.
   * @param endedInvocation request id of the invocation whose handler has ended, and whose last spans these are.
   */
  send(body: string, endedInvocation?: string): void {
    if (this.failures >= MOST_FAILURES) return;
    if (this.unanswered.length >= MOST_UNANSWERED || this.unansweredLength > MOST_UNANSWERED_LENGTH) return;
    const request = this.request(body, endedInvocation);
    this.unanswered.push(request);
    this.unansweredLength += request.length;
    this.open();
    if (this.isConnected) this.write(request);
  }

  /** Returns a promise while data has not been passed to the kernel yet: a freeze would hold it back. */
  settled(): Promise<void> | undefined {
    if (this.unanswered.length === 0 || this.socket === undefined || this.isSlow) return undefined;
    if (this.isConnected && this.socket.writableLength === 0) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.isSlow = true;
        resolve();
      }, LONGEST_WAIT);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private connected(socket: Socket): void {
    if (socket !== this.socket) return;
    this.isConnected = true;
    this.failures = 0;
    for (const request of this.unanswered) this.write(request);
  }

  private request(body: string, endedInvocation: string | undefined): string {
    const isSafe = endedInvocation !== undefined && /^[\w-]{1,128}$/.test(endedInvocation);
    const ended = isSafe ? `${ENDED_HEADER}: ${endedInvocation}\r\n` : "";
    return `${this.head}${ended}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  }

  private write(request: string): void {
    this.socket?.write(request, this.written);
  }

  private readonly written = (): void => {
    if (this.waiting.length > 0 && this.socket?.writableLength === 0) this.wake();
  };

  /** Responses arrive in the order of the requests. Nothing can be done here about errors in them. */
  private answered(data: string): void {
    this.answer += data;
    for (;;) {
      const end = this.answer.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.answer.slice(0, end))?.[1] ?? 0);
      if (this.answer.length < end + 4 + length) return;
      this.answer = this.answer.slice(end + 4 + length);
      this.unansweredLength -= this.unanswered.shift()?.length ?? 0;
      this.isSlow = false;
    }
  }

  private closed(socket: Socket): void {
    if (socket !== this.socket) return;
    if (!this.isConnected) this.failures += 1;
    this.socket = undefined;
    this.isConnected = false;
    this.answer = "";
    // Nothing waits for requests that are sent again.
    this.wake();
    if (this.failures >= MOST_FAILURES) {
      this.unanswered = [];
      this.unansweredLength = 0;
    } else if (this.unanswered.length > 0) this.open();
  }

  private wake(): void {
    for (const done of this.waiting.splice(0)) done();
  }
}
