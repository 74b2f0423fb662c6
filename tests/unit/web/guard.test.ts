import assert from "node:assert/strict";
import { type Caller, refusal } from "../../../web/guard";

describe("who gets an answer of the page's server", () => {
  const own: Caller = {
    isAction: false,
    method: "GET",
    host: "127.0.0.1:8000",
    origin: undefined,
    token: "secret",
  };
  const refused = (change: Partial<typeof own> | { origin?: string }) =>
    refusal({ ...own, ...change }, 8000, "secret");

  it("is the page itself, by its token", () => {
    assert.equal(refused({}), undefined);
    assert.equal(refused({ host: "localhost:8000", origin: "http://127.0.0.1:8000" }), undefined);
  });

  it("is not who has no token or another one", () => {
    for (const token of [undefined, "", "secre", "secret2"])
      assert.match(refusal({ ...own, token }, 8000, "secret") ?? "", /with its token/);
  });

  it("is not another page, even one whose name points here", () => {
    assert.match(refused({ host: "evil.example:8000" }) ?? "", /127\.0\.0\.1/);
    assert.match(refused({ host: "127.0.0.1:9999" }) ?? "", /127\.0\.0\.1/);
    assert.match(refused({ origin: "https://evil.example" }) ?? "", /other pages/);
    assert.match(refused({ origin: "null" }) ?? "", /other pages/);
  });

  it("is not who wants to write", () => {
    assert.match(refused({ method: "POST" }) ?? "", /only GET/);
    assert.match(refused({ isAction: true }) ?? "", /only POST/);
    assert.equal(refused({ isAction: true, method: "POST" }), undefined);
    const foreign = { isAction: true, method: "POST", origin: "https://evil.example" };
    assert.match(refused(foreign) ?? "", /other pages/);
  });
});
