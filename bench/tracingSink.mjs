// Takes OTLP requests and answers them at once, in a separate process like the extension, and without node:http, which
// takes longer than the extension does. Prints its port, and for each line that it reads, how many invocations it has
// had spans of since the line before.
import { createServer } from "node:net";

const answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/** Ids as the benchmark creates them, which are the same bytes in JSON and in protobuf. */
let seen = new Set();

/** The end of the request whose head ends at `end`; beyond the received bytes if its body is incomplete. */
function afterBody(received, end) {
  const head = received.toString("latin1", 0, end);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) return end + 4 + Number(length);
  if (!/^transfer-encoding: *chunked/im.test(head)) return end + 4;
  const last = received.indexOf("\r\n0\r\n\r\n", end);
  return last < 0 ? Number.POSITIVE_INFINITY : last + 7;
}

const server = createServer({ noDelay: true }, (socket) => {
  let received = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (data) => {
    received = Buffer.concat([received, data]);
    for (;;) {
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const after = afterBody(received, end);
      if (after > received.length) return;
      for (const [id] of received.toString("latin1", end, after).matchAll(/request-\d{4}/g)) seen.add(id);
      received = received.subarray(after);
      socket.write(answer);
    }
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" ? address?.port : address);
});
process.stdin.on("data", () => {
  console.log(seen.size);
  seen = new Set();
});
