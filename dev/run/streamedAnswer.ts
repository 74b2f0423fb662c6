import { type Head, headOf } from "./functionUrl";

/** What separates the head of a streamed answer from its body (Lambda developer guide, "Response streaming"). */
const HEAD_END = Buffer.alloc(8);
/** Content type of a response that begins with its head. */
const WITH_HEAD = "application/vnd.awslambda.http-integration-response";

/** Where a streamed answer is written to. */
export interface AnswerWriter {
  head(status: number, headers: Readonly<Record<string, string | string[]>>): void;
  body(chunk: Buffer): void;
}

/** Turns the parts of a streamed response into those of an HTTP answer, as they come. */
export class StreamedAnswer {
  private held: Buffer = Buffer.alloc(0);
  private headIsWritten = false;

  constructor(private readonly writer: AnswerWriter) {}

  /** Whether a part has been written, so that no other answer can be given. */
  get begun(): boolean {
    return this.headIsWritten;
  }

  push(chunk: Buffer, contentType: string | undefined): void {
    const body = this.headIsWritten ? chunk : this.afterHead(chunk, contentType);
    if (body.length > 0) this.writer.body(body);
  }

  /** Writes the head once it is there. @returns what of the body is known. */
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
