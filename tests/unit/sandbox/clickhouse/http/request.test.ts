import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parseRequest } from "../../../../../sandbox/clickhouse/http/request";

const parse = (query: string, body = "") => {
  const parsed = parseRequest(query, Buffer.from(body));
  return parsed.kind === "insert" ? { ...parsed, data: parsed.data.toString() } : parsed;
};

describe("requests to ClickHouse's HTTP interface", () => {
  it("have the data of an INSERT in the body", () => {
    assert.deepEqual(parse("INSERT INTO t (a, `b c`) FORMAT JSONEachRow", '{"a":1}\n'), {
      kind: "insert",
      head: "INSERT INTO t (a, `b c`)",
      tail: "FORMAT JSONEachRow",
      data: '{"a":1}\n',
    });
  });

  it("have statement and data in the body", () => {
    assert.deepEqual(parse("", "insert into `default`.`t`\nformat TabSeparated\n1\t2\n"), {
      kind: "insert",
      head: "insert into `default`.`t`",
      tail: "FORMAT TabSeparated",
      data: "1\t2\n",
    });
  });

  it("keep settings between table and format", () => {
    const sql = "INSERT INTO t SETTINGS async_insert = 1, wait_for_async_insert = 1 FORMAT RowBinary";
    assert.deepEqual(parse(sql, "\n\n"), {
      kind: "insert",
      head: "INSERT INTO t",
      tail: "SETTINGS async_insert = 1, wait_for_async_insert = 1 FORMAT RowBinary",
      data: "\n\n",
    });
  });

  it("have VALUES in query or body", () => {
    const expected = { kind: "insert", head: "INSERT INTO t (a)", tail: "FORMAT Values", data: " (1), (2)" };
    assert.deepEqual(parse("", "INSERT INTO t (a) VALUES (1), (2)"), expected);
    assert.deepEqual(parse("INSERT INTO t (a)", "VALUES (1), (2)"), expected);
  });

  it("may name a table like a keyword and have comments and quotes anywhere", () => {
    const parsed = parse(
      '/* FORMAT CSV */ INSERT INTO TABLE format -- VALUES\n (`FORMAT`, "values") FORMAT CSV',
      "1,2",
    );
    assert.equal(parsed.kind === "insert" && parsed.tail, "FORMAT CSV");
    assert.equal(parsed.kind === "insert" && parsed.data, "1,2");
  });

  it("keep binary data as they are, whatever they begin with", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        const parsed = parseRequest("INSERT INTO t FORMAT RowBinary", Buffer.from(bytes));
        assert.ok(parsed.kind === "insert");
        assert.deepEqual(parsed.data, Buffer.from(bytes));
      }),
    );
  });

  it("leave an INSERT … SELECT to the engine", () => {
    const sql = "INSERT INTO t SELECT * FROM s FORMAT Null";
    assert.deepEqual(parse(sql), { kind: "query", sql: `${sql}\n`, verb: "INSERT", format: "Null" });
  });

  it("have a verb and perhaps a format", () => {
    assert.deepEqual(parse("", "select 'FORMAT x' as f, (select 1 format y) -- c"), {
      kind: "query",
      sql: "select 'FORMAT x' as f, (select 1 format y) -- c",
      verb: "SELECT",
    });
    const parsed = parse("", "SELECT 1 FORMAT JSONEachRow;");
    assert.equal(parsed.kind === "query" && parsed.format, "JSONEachRow");
  });

  it("hold one statement", () => {
    assert.throws(() => parse("", "SELECT 1; DROP TABLE t"), /Code: 62.*Multi-statements/);
    assert.doesNotThrow(() => parse("", "SELECT ';'; -- end"));
  });

  it("are read whatever they hold", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (query, body) => {
        try {
          parse(query, body);
        } catch (error) {
          assert.match(String(error), /Multi-statements/);
        }
      }),
    );
  });
});
