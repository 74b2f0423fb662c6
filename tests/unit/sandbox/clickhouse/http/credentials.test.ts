import assert from "node:assert/strict";
import { ClickHouseError } from "../../../../../sandbox/clickhouse/base/clickHouseError";
import { authenticate, readerPassword } from "../../../../../sandbox/clickhouse/http/credentials";
import { exceptionStatus } from "../../../../../sandbox/clickhouse/http/exceptionStatus";

describe("credentials of ClickHouse's HTTP interface", () => {
  const code = (headers: Record<string, string>, query = ""): number => {
    try {
      authenticate(headers, new URLSearchParams(query), "s:cret");
    } catch (error) {
      if (error instanceof ClickHouseError) return error.code;
    }
    return 0;
  };
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });

  it("are taken in each of the three ways", () => {
    assert.equal(code({ "x-clickhouse-user": "default", "x-clickhouse-key": "s:cret" }), 0);
    assert.equal(code({ "x-clickhouse-key": "s:cret" }), 0);
    assert.equal(code(basic("default:s:cret")), 0);
    assert.equal(code({}, "user=default&password=s:cret"), 0);
  });

  it("are refused when wrong, absent or given twice", () => {
    assert.equal(code({}), 194);
    assert.equal(code({ "x-clickhouse-key": "S:cret" }), 516);
    assert.equal(code({ "x-clickhouse-user": "admin", "x-clickhouse-key": "s:cret" }), 516);
    assert.equal(code(basic("default:s:cret"), "password=s:cret"), 516);
    assert.equal(code({ authorization: "Bearer s:cret" }), 516);
  });

  it("are of two users, of whom none has the other's password", () => {
    const user = (name: string, key: string) => code({ "x-clickhouse-user": name, "x-clickhouse-key": key });
    const password = readerPassword("s:cret");
    assert.equal(authenticate(basic(`reader:${password}`), new URLSearchParams(), "s:cret"), "reader");
    assert.equal(user("reader", "s:cret"), 516);
    assert.equal(user("default", password), 516);
    assert.equal(user("reader", readerPassword("another")), 516);
    assert.equal(user("toString", "s:cret"), 516);
  });

  it("have ClickHouse's HTTP status when refused", () => {
    assert.deepEqual([194, 516, 60, 62, 27, 241].map(exceptionStatus), [401, 403, 404, 400, 400, 500]);
  });
});
