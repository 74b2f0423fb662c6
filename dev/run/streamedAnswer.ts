import { type Head, headOf } from "./functionUrl";

/** The separator between the head of a streamed response and its body (Lambda developer guide, "Response streaming"). */
const HEAD_END = Buffer.alloc(8);
/** Content type of a response that begins with its head. */
const WITH_HEAD = "application/vnd.awslambda.http-integration-response";

/** The destination of a streamed response. */
export interface AnswerWriter {
  head(status: number, headers: Readonly<Record<string, string | string[]>>): void;
  body(chunk: Buffer): void;
}

/** Converts the chunks of a streamed response into those of an HTTP response as they arrive. */
export class StreamedAnswer {
  private held: Buffer = Buffer.alloc(0);
  private headIsWritten = false;

  constructor(private readonly writer: AnswerWriter) {}

  /** Whether a part was written, so that another response is no longer possible. */
  get begun(): boolean {
    return this.headIsWritten;
  }

  push(chunk: Buffer, contentType: string | undefined): void {
    const body = this.headIsWritten ? chunk : this.afterHead(chunk, contentType);
    if (body.length > 0) this.writer.body(body);
  }

  /** Writes the head once it is complete. @returns the part of the body received so far. */
  private afterHead(chunk: Buffer, contentType: string | undefined): Buffer {
    if (contentType !== WITH_HEAD) {
      this.begin({ headers: { "content-type": contentType ?? "application/octet-stream" } });
      return chunk;
    }
    this.held = Buffer.concat([this.held, chunk]);
    const end = this.held.indexOf(HEAD_END);
    if (end < 0) return Buffer.alloc(0);
    this.begin(JSON.parse(this.held.toString("utf8", 0, end)) as Head);
    return this.held.subarray(end + HEAD_END.length);
  }

  private begin(head: Head): void {
    const { status, headers } = headOf(head);
    this.headIsWritten = true;
    this.writer.head(status, headers);
  }
}
