import assert from "node:assert/strict";
import { reading } from "../../../web/reading";

/** The statements that reach ClickHouse for a user with this setting. */
async function sent(readonly: number): Promise<string[]> {
  const statements: string[] = [];
  const run = reading({
    query: async <Row>(sql: string) => {
      statements.push(sql);
      return (sql.includes("getSetting") ? [{ readonly }] : []) as Row[];
    },
  });
  await run({ sql: "SELECT 1 FROM otel_logs", parameters: {} });
  await run({ sql: "SELECT 2 FROM otel_logs", parameters: {} });
  return statements;
}

describe("what the page reads", () => {
  it("is read with limits, and writing is refused, for a user who may write", async () => {
    const [asked = "", ...others] = await sent(0);
    assert.match(asked, /getSetting\('readonly'\)/);
    assert.equal(others.length, 3);
    for (const sql of others) assert.match(sql, /\nSETTINGS readonly = 1, max_execution_time = 30/);
  });

  it("is read with limits for a user who may change settings alone", async () => {
    for (const sql of (await sent(2)).slice(1)) assert.match(sql, /\nSETTINGS max_execution_time = 30/);
  });

  it("is read without settings for a user who may send none", async () => {
    for (const sql of await sent(1)) assert.doesNotMatch(sql, /SETTINGS/);
  });

  it("is asked for again where ClickHouse did not answer", async () => {
    let failing = true;
    const run = reading({
      query: async <Row>() => {
        if (failing) throw new Error("away");
        return [] as Row[];
      },
    });
    await assert.rejects(run({ sql: "SELECT 1", parameters: {} }), /away/);
    failing = false;
    assert.deepEqual(await run({ sql: "SELECT 1", parameters: {} }), []);
  });
});
