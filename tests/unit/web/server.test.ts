import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServedPage, servePage } from "../../../web/server";

describe("the page's server", () => {
  /** An impossible function name, which would close the element that contains it. */
  const name = "a</script><script>";
  let directory: string;
  let served: ServedPage;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "page-"));
    const page = "<!-- style --><!-- about --><!-- script -->";
    for (const [name, content] of [
      ["index.html", page],
      ["page.js", "script('$&')"],
      ["style.css", "style"],
    ] as const)
      writeFileSync(join(directory, name), content);
    const functions = { list: () => [{ name, runtime: "nodejs22.x" }], invoke: () => Promise.reject() };
    served = await servePage({ source: { query: async () => [] }, directory, functions });
  });
  after(async () => {
    await served.close();
    rmSync(directory, { recursive: true });
  });

  const address = () => new URL(served.url);
  const isUp = async () => assert.match(await (await fetch(served.url)).text(), /^<style>/);

  it("gives one document, whose policy has its script and style run and nothing else", async () => {
    const response = await fetch(served.url);
    const parts =
      /^<style>(.*)<\/style><script type="application\/json" id="about">(.*)<\/script><script>(.*)<\/script>$/;
    const [, style = "", about = "", script = ""] = parts.exec(await response.text()) ?? [];
    assert.deepEqual([style, script], ["style", "script('$&')"]);
    assert.deepEqual(JSON.parse(about), { functions: [{ name, runtime: "nodejs22.x" }] });
    assert.doesNotMatch(about, /</);
    const policy = response.headers.get("content-security-policy") ?? "";
    const hash = (content: string) => createHash("sha256").update(content).digest("base64");
    assert.match(policy, /default-src 'none'/);
    assert.ok(policy.includes(`script-src 'sha256-${hash(script)}';`));
    assert.ok(policy.includes(`style-src 'sha256-${hash(style)}';`));
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
  });

  it("gives nothing without the token", async () => {
    for (const path of ["/", "/api/logs"]) {
      const response = await fetch(new URL(path, served.url));
      assert.equal(response.status, 403);
      assert.match(await response.text(), /with its token/);
    }
  });

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
    // When these are answered, the server has noticed the disconnect: tests/unhandledRejections.mjs fails unhandled rejections.
    await isUp();
    await isUp();
  });
});
