import assert from "node:assert/strict";
import { HeadStart } from "../../../web/headStart";

describe("an answer with a head start", () => {
  it("is given once, and not when it is old", async () => {
    let worked = 0;
    const head = new HeadStart(async () => {
      worked += 1;
      return worked;
    });
    assert.equal(head.take(0), undefined);
    head.begin(1000);
    assert.equal(await head.take(6000), 1);
    assert.equal(head.take(6000), undefined);
    head.begin(7000);
    assert.equal(head.take(12_001), undefined);
    assert.equal(worked, 2);
  });

  it("tells its failure to whoever takes it, and to nobody else", async () => {
    const head = new HeadStart<number>(() => Promise.reject(new Error("no ClickHouse")));
    head.begin(0);
    head.begin(0);
    await assert.rejects(async () => head.take(0), /no ClickHouse/);
  });
});
