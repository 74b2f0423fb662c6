import assert from "node:assert/strict";
import { AttributeColumns, forJson } from "../../../tables/attributes";

describe("attributes of ClickStack's tables", () => {
  const logs = "SELECT LogAttributes['faas.name'] AS name FROM otel_logs";

  it("are read out of JSON as text, absent ones as empty", () => {
    const { sql } = forJson(
      "SELECT LogAttributes['it\\'s [odd]'] FROM otel_logs WHERE ResourceAttributes[{p0:String}] != '' AND Attributes['x'] = ''",
    );
    assert.equal(
      sql,
      "SELECT ifNull(toString(getSubcolumn(LogAttributes, 'it\\'s [odd]')), '') FROM otel_logs WHERE ifNull(toString(getSubcolumn(ResourceAttributes, {p0:String})), '') != '' AND Attributes['x'] = ''",
    );
  });

  it("come as text by dotted names, in lists too", () => {
    const row = {
      time: 1.5,
      attributes: { faas: { name: "orders", coldstart: true }, list: [1, { a: 2 }], none: null },
      events: [[7, "exception", { exception: { type: "TypeError" } }]],
    };
    assert.deepEqual(forJson("").row(row), {
      time: 1.5,
      attributes: { "faas.name": "orders", "faas.coldstart": "true", list: '[1,{"a":2}]' },
      events: [[7, "exception", { "exception.type": "TypeError" }]],
    });
  });

  it("are requested once, and again after a failure; other tables are not changed", async () => {
    const asked: string[] = [];
    const answers: (() => object[])[] = [
      () => {
        throw new Error("away");
      },
      () => [{ table: "otel_logs" }],
    ];
    const columns = new AttributeColumns(async <Row>(sql: string) => {
      asked.push(sql);
      return (answers.shift()?.() ?? []) as Row[];
    });
    await columns.fit("SELECT Attributes['a'] FROM otel_metrics_sum");
    assert.equal(asked.length, 0);
    await assert.rejects(columns.fit(logs), /away/);
    assert.match((await columns.fit(logs)).sql, /getSubcolumn/);
    const spans = "SELECT SpanAttributes['a'] FROM otel_traces";
    assert.equal((await columns.fit(spans)).sql, spans);
    assert.equal(asked.length, 2);
  });
});
