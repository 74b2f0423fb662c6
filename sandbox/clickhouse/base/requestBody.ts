import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";

const decoders: Readonly<
  Record<string, (data: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(gunzip),
  zlib: promisify(inflate),
  deflate: (data, options) => promisify(isZlib(data) ? inflate : inflateRaw)(data, options),
  br: promisify(brotliDecompress),
};

/** A body that is too long, truncated or not in the encoding named by its header. */
export class RequestBodyError extends Error {
  override readonly name = "RequestBodyError";
}

/**
 * Reads a request's body and decodes its Content-Encoding (gzip, deflate, zlib, br or none).
 *
 * @param limit largest length in bytes, as sent and decoded
 * @throws RequestBodyError
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  // A body that is too large is refused with an answer, so the connection must stay open.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    length += part.length;
    if (length > limit) throw new RequestBodyError(`request body too large: more than ${limit} bytes`);
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  const encoding = (request.headers["content-encoding"] ?? "").trim().toLowerCase();
  if (encoding === "" || encoding === "identity") return body;
  const decode = decoders[encoding];
  if (!decode) throw new RequestBodyError(`unsupported Content-Encoding: ${encoding}`);
  try {
    return await decode(body, { maxOutputLength: limit });
  } catch (error) {
    throw new RequestBodyError(
      `body is not valid ${encoding}: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Whether data have zlib's header; HTTP clients send deflate with it (the standard) or without. */
function isZlib(data: Buffer): boolean {
  return data.length >= 2 && ((data[0] ?? 0) & 0x0f) === 8 && data.readUInt16BE(0) % 31 === 0;
}
