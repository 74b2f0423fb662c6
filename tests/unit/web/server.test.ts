import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServedPage, servePage } from "../../../web/server";

describe("the page's server", () => {
  let directory: string;
  let served: ServedPage;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "page-"));
    for (const name of ["index.html", "page.js", "style.css"]) writeFileSync(join(directory, name), name);
    served = await servePage({ source: { query: async () => [] }, directory });
  });
  after(async () => {
    await served.close();
    rmSync(directory, { recursive: true });
  });

  const address = () => new URL(served.url);
  const isUp = async () => assert.equal(await (await fetch(served.url)).text(), "index.html");

  for (const path of ["//", "http://", "/%", "*"]) {
    it(`survives a request for ${path}`, async () => {
      const socket = connect(Number(address().port), "127.0.0.1");
      socket.write(`GET ${path} HTTP/1.1\r\nhost: ${address().host}\r\nconnection: close\r\n\r\n`);
      const chunks: Buffer[] = await socket.toArray();
      assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 4\d\d /);
      await isUp();
    });
  }

  it("survives a browser that leaves while it sends an event", async () => {
    const token = address().searchParams.get("token");
    const socket = connect(Number(address().port), "127.0.0.1");
    socket.write(
      `POST /api/invoke HTTP/1.1\r\nhost: ${address().host}\r\nx-token: ${token}\r\nexpect: 100-continue\r\ncontent-length: 100\r\n\r\n`,
    );
    await once(socket, "data");
    socket.write("{");
    socket.resetAndDestroy();
    await once(socket, "close");
    // By their answers the server knows of the end, too: tests/unhandledRejections.mjs fails what nobody handles.
    await isUp();
    await isUp();
  });
});
