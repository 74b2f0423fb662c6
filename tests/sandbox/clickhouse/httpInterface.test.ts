import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import type { EmbeddedClickHouse } from "../../../sandbox/clickhouse";
import { decodeCompressedBlocks } from "../../../sandbox/clickhouse/http/compressedBlocks";
import { compressedBlock } from "../../unit/sandbox/clickhouse/http/lz4Encoder";
import { startInReusedProcess } from "../reusedClickHouse";
import { NativeClient } from "./nativeClient";

const PASSWORD = "it's \\ a key";
const CREDENTIALS = { "X-ClickHouse-User": "default", "X-ClickHouse-Key": PASSWORD };

describe("HTTP interface of the embedded ClickHouse", () => {
  let clickhouse: EmbeddedClickHouse;

  before(async () => {
    clickhouse = await startInReusedProcess({ ingestionKey: PASSWORD });
    await text({}, "CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n");
  });
  after(() => clickhouse?.stop());
  afterEach(() => text({}, "TRUNCATE TABLE t"));

  function send(
    query: Record<string, string>,
    body?: string | Buffer,
    headers: Record<string, string> = CREDENTIALS,
  ) {
    const url = `${clickhouse.httpUrl}/?${new URLSearchParams(query)}`;
    if (body === undefined) return fetch(url, { headers });
    return fetch(url, {
      method: "POST",
      headers,
      body: typeof body === "string" ? body : Uint8Array.from(body),
    });
  }
  async function text(query: Record<string, string>, body?: string | Buffer, headers = {}): Promise<string> {
    const response = await send(query, body, { ...CREDENTIALS, ...headers });
    const answer = await response.text();
    assert.equal(response.status, 200, answer);
    return answer;
  }
  const all = () => text({ query: "SELECT n, s FROM t ORDER BY n, s" });

  it("answers /ping and / without credentials for the former", async () => {
    const ping = await fetch(`${clickhouse.httpUrl}/ping`);
    assert.deepEqual([ping.status, await ping.text()], [200, "Ok.\n"]);
    assert.equal((await fetch(`${clickhouse.httpUrl}/nowhere`)).status, 404);
    assert.equal(await text({}), "Ok.\n");
  });

  it("accepts the query in the URL or body, and the format from query or parameter", async () => {
    assert.equal(await text({ query: "SELECT 1, 'a'" }), "1\ta\n");
    assert.equal(await text({}, "SELECT 1 AS x FORMAT JSONEachRow"), '{"x":1}\n');
    assert.equal(await text({ default_format: "CSV" }, "SELECT 1, 'a'"), '1,"a"\n');
    const response = await send({ query: "SELECT 1 AS x FORMAT JSON" });
    assert.equal(response.headers.get("content-type"), "application/json; charset=UTF-8");
    assert.equal(response.headers.get("x-clickhouse-format"), "JSON");
  });

  it("binds parameters, applies settings to one request and has several databases", async () => {
    const query = "SELECT {s:String}, {a:Array(UInt8)}, getSetting('max_threads')";
    const before = await text({ query: "SELECT getSetting('max_threads')" });
    assert.equal(
      await text({ query, param_s: "it's\\ta", param_a: "[1,2]", max_threads: "7" }),
      "it\\'s\\ta\t[1,2]\t7\n",
    );
    assert.equal(await text({ query: "SELECT getSetting('max_threads')" }), before);
    await text({}, "CREATE DATABASE IF NOT EXISTS other");
    assert.equal(await text({ query: "SELECT currentDatabase()", database: "other" }), "other\n");
    assert.equal(await text({ query: "SELECT currentDatabase()" }), "default\n");
    await text({}, "USE other");
    assert.equal(await text({ query: "SELECT currentDatabase()" }), "default\n");
  });

  it("inserts rows in ClickHouse's formats", async () => {
    await text({ query: "INSERT INTO t FORMAT JSONEachRow" }, '{"n":1,"s":"json"}\n{"n":"2"}');
    await text({}, "INSERT INTO t (s, n) FORMAT TabSeparated\ntab\\tbed\t3\n");
    await text({}, "INSERT INTO t VALUES (4, 'val''ues'), (5, 'x')");
    await text(
      { query: "INSERT INTO t (n) SETTINGS async_insert=1 FORMAT RowBinary" },
      Buffer.from([6, 0, 0, 0, 0, 0, 0, 0]),
    );
    await text({ query: "INSERT INTO t SELECT 7, 'select'" }, "");
    await text({ query: "INSERT INTO t FORMAT CSV" }, "");
    assert.equal(await all(), "1\tjson\n2\t\n3\ttab\\tbed\n4\tval\\'ues\n5\tx\n6\t\n7\tselect\n");
  });

  it("reports written rows", async () => {
    const response = await send({ query: "INSERT INTO t FORMAT CSV" }, "1,a\n2,b\n");
    const summary = JSON.parse(response.headers.get("x-clickhouse-summary") ?? "{}");
    assert.equal(summary.written_rows, "2");
  });

  it("accepts compressed bodies, as gzip or in ClickHouse's blocks with asynchronous inserts", async () => {
    const insert = {
      query: "INSERT INTO t (n, s) FORMAT RowBinary",
      async_insert: "1",
      wait_for_async_insert: "1",
    };
    const row = (n: number, s: string) => Buffer.from([n, 0, 0, 0, 0, 0, 0, 0, s.length, ...Buffer.from(s)]);
    await text(insert, gzipSync(row(1, "gzip")), { "content-encoding": "gzip" });
    const blocks = [compressedBlock(row(2, "lz4".repeat(20))), compressedBlock(row(3, "none"), "none")];
    await text({ ...insert, decompress: "1" }, Buffer.concat(blocks));
    assert.equal(await all(), `1\tgzip\n2\t${"lz4".repeat(20)}\n3\tnone\n`);
    const damaged = Buffer.from(compressedBlock(row(4, "x")));
    damaged[0] = (damaged[0] ?? 0) ^ 1;
    const response = await send({ ...insert, decompress: "1" }, damaged);
    assert.equal(response.headers.get("x-clickhouse-exception-code"), "40");
  });

  it("decodes the blocks that ClickHouse itself writes", async () => {
    await text(
      {},
      "CREATE TABLE blocks (s String CODEC(LZ4)) ENGINE = MergeTree ORDER BY tuple() SETTINGS min_bytes_for_wide_part = 0",
    );
    await text({}, "INSERT INTO blocks SELECT repeat(toString(number % 7), 3) FROM numbers(50000)");
    const [part] = await clickhouse.query<{ path: string }>(
      "SELECT path FROM system.parts WHERE table = 'blocks' AND active",
    );
    const files = readdirSync(part?.path ?? "").filter((name) => name === "s.bin");
    assert.deepEqual(files, ["s.bin"]);
    const data = decodeCompressedBlocks(readFileSync(path.join(part?.path ?? "", "s.bin")));
    const expected = Array.from({ length: 50_000 }, (_, i) => String(i % 7).repeat(3)).join("");
    assert.ok(data.toString("latin1").replaceAll(/[^0-9]/g, "") === expected);
    await text({}, "DROP TABLE blocks");
  });

  it("serves HyperDX in a browser: preflight, CORS, and parameters in a form", async () => {
    const origin = "http://localhost:8080";
    const asked = await fetch(clickhouse.httpUrl, { method: "OPTIONS", headers: { origin } });
    assert.equal(asked.status, 204);
    assert.match(asked.headers.get("access-control-allow-headers") ?? "", /authorization/);
    const form = new FormData();
    form.append("query", "SELECT {words:String} AS words, {n:UInt8} AS n FORMAT JSON");
    form.append("param_words", "it's\\ta tab");
    const path = new URLSearchParams({
      add_http_cors_header: "1",
      param_n: "7",
      date_time_output_format: "iso",
    });
    const authorization = `Basic ${Buffer.from(`default:${PASSWORD}`).toString("base64")}`;
    const response = await fetch(`${clickhouse.httpUrl}/?${path}`, {
      method: "POST",
      headers: { origin, authorization },
      body: form,
    });
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
    const { data } = (await response.json()) as { data: unknown[] };
    assert.deepEqual(data, [{ words: "it's\ta tab", n: 7 }]);
    const silent = await send({ query: "SELECT 1" }, undefined, { ...CREDENTIALS, origin });
    assert.equal(silent.headers.get("access-control-allow-origin"), null);
    form.append("table", new Blob(["1"]), "table.tsv");
    const refused = await fetch(clickhouse.httpUrl, { method: "POST", headers: CREDENTIALS, body: form });
    assert.match(`${refused.status} ${await refused.text()}`, /^501 .*External tables are not supported/);
  });

  it("compresses answers when asked to", async () => {
    const blocks = await send({ query: "SELECT number FROM numbers(300000)", compress: "1" });
    const plain = decodeCompressedBlocks(Buffer.from(await blocks.arrayBuffer()));
    assert.ok(plain.length > 1 << 20);
    assert.equal(plain.toString().split("\n").indexOf("299999"), 299_999);
    const response = await send({ query: "SELECT 1", enable_http_compression: "1" }, undefined, {
      ...CREDENTIALS,
      "accept-encoding": "gzip",
    });
    assert.equal(response.headers.get("content-encoding"), "gzip");
    assert.equal(await response.text(), "1\n");
  });

  it("has ClickHouse's errors", async () => {
    const cases: [Record<string, string>, string | undefined, Record<string, string>, number, string][] = [
      [{ query: "SELECT 1" }, undefined, {}, 401, "194"],
      [{ query: "SELECT 1" }, undefined, { "X-ClickHouse-Key": "wrong" }, 403, "516"],
      [{ query: "SELECT 1", user: "eve", password: PASSWORD }, undefined, {}, 403, "516"],
      [{}, "SELECT * FROM nowhere", CREDENTIALS, 404, "60"],
      [{}, "SELEC 1", CREDENTIALS, 400, "62"],
      [{}, "SELECT 1; SELECT 2", CREDENTIALS, 400, "62"],
      [{ database: "nowhere" }, "SELECT 1", CREDENTIALS, 404, "81"],
      [{ nonsense: "1" }, "SELECT 1", CREDENTIALS, 404, "115"],
      [{ query: "DROP TABLE t" }, undefined, CREDENTIALS, 500, "164"],
      [{ query: "INSERT INTO t FORMAT Values" }, "(1", CREDENTIALS, 400, "62"],
      [{ query: "INSERT INTO t FORMAT Nonsense" }, "x", CREDENTIALS, 404, "73"],
      [{}, "SELECT throwIf(1)", CREDENTIALS, 500, "395"],
    ];
    for (const [query, body, headers, status, code] of cases) {
      const response = await send(query, body, headers);
      const answer = await response.text();
      assert.deepEqual(
        [response.status, response.headers.get("x-clickhouse-exception-code")],
        [status, code],
        answer,
      );
      assert.ok(answer.startsWith(`Code: ${code}. DB::Exception: `), answer);
    }
    assert.equal(await text({ query: "SELECT 1" }), "1\n");
  });

  it("keeps in a session what SET and USE change, until it ends", async () => {
    const session = { session_id: "a" };
    const query = "SELECT getSetting('max_threads'), currentDatabase()";
    const outside = await text({ query });
    await text({}, "CREATE DATABASE IF NOT EXISTS other");
    await text(session, "SET max_threads = 3");
    await text(session, "USE other");
    assert.equal(await text({ ...session, query }), "3\tother\n");
    assert.equal(await text({ ...session, query, max_threads: "5", database: "default" }), "5\tdefault\n");
    assert.equal(await text({ query }), outside);
    assert.equal(await text({ ...session, query, close_session: "1" }), "3\tother\n");
    assert.equal(await text({ ...session, query }), outside);
    const unknown = await send({ query, session_id: "b", session_check: "1" });
    assert.equal(unknown.headers.get("x-clickhouse-exception-code"), "372");
    const wrong = await send({}, "SET nonsense = 1");
    assert.equal(wrong.headers.get("x-clickhouse-exception-code"), "115");
  });

  it("tells the progress in a header when asked to", async () => {
    const response = await send({
      query: "SELECT count() FROM numbers(7)",
      ...{ send_progress_in_http_headers: "1", wait_end_of_query: "1" },
    });
    assert.match(response.headers.get("x-clickhouse-progress") ?? "", /"read_rows":"\d+"/);
  });

  describe("used by clients that speak Native", () => {
    /** Columns of every kind, each with rows that are short, long, missing or many. */
    const everything = [
      ...[
        "number",
        "toInt8(number)",
        "toDecimal64(number, 3)",
        "toDecimal256(1, 3) AS d",
        "toFixedString('ab', 4)",
      ],
      ...[
        "toString(number)",
        "if(number % 3 = 0, NULL, repeat('x', number))",
        "toUUID('6f2b3c44-0000-4000-8000-000000000001')",
      ],
      ...[
        "toLowCardinality(toString(number % 5))",
        "toLowCardinality(if(number = 1, NULL, 'n'))",
        "[toLowCardinality('in'), 'list']",
      ],
      ...["range(number % 4)", "arrayMap(x -> [toString(x)], range(number % 3))", "emptyArrayString()"],
      ...[
        "map('k'::LowCardinality(String), toString(number))",
        "CAST(map(), 'Map(LowCardinality(String), String)') AS none",
      ],
      ...[
        "(number, 'a,(b', toLowCardinality('t'))::Tuple(n UInt64, `s p` String, l LowCardinality(String)) AS t",
        "tuple() AS nothing",
      ],
      ...[
        "now64(9, 'Europe/Berlin') AS at",
        "toDateTime(0, 'UTC')",
        "toDate32('2030-01-01')",
        "toIPv6('::1')",
        "toIPv4('1.2.3.4')",
      ],
      ...[
        "CAST('b', 'Enum16(\\'a (b\\' = 1, \\'b\\' = 2)') AS e",
        "true AS yes",
        "NULL AS null",
        "toIntervalDay(1) AS day",
      ],
      ...[
        "(1.5, 2.5)::Point AS p",
        "[[(0., 0.), (1., 1.)]]::Polygon AS area",
        "number::Variant(String, UInt64) AS v",
      ],
      ...[
        "CAST(1, 'SimpleAggregateFunction(sum, UInt64)') AS s",
        `'{"a":{"b":1}}'::JSON AS j`,
        `['{"a":1}'::JSON] AS js`,
      ],
    ];

    it("writes every type in blocks of the client's protocol version", async () => {
      const client = new NativeClient(clickhouse.httpUrl, PASSWORD, {
        ...{
          output_format_native_write_json_as_string: "1",
          max_block_size: "100",
          enable_time_time64_type: "1",
        },
      });
      const query = `SELECT ${everything.join(", ")}, sku FROM (SELECT number, 'last' AS sku FROM numbers(250)) ORDER BY number`;
      const plain = await client.send({ compress: "1", client_protocol_version: "0" }, query);
      const answer = await client.send({ compress: "1" }, query);
      // The only difference is eight bytes before each block and one byte before each column's values.
      const blocks = (answer.length - plain.length) / (8 + everything.length + 1);
      assert.ok(Number.isInteger(blocks) && blocks >= 1, `${answer.length} ${plain.length}`);
      assert.equal(answer.subarray(-5).toString(), "\u0004last");
      await assert.rejects(
        client.send({ compress: "1", output_format_native_write_json_as_string: "0" }, "SELECT '{}'::JSON"),
        /HTTP 501.*output_format_native_write_json_as_string/,
      );
    });

    it("accepts logs and spans as the collector's exporter sends them into its own tables with JSON", async () => {
      const client = new NativeClient(clickhouse.httpUrl, PASSWORD, { async_insert: "1" });
      const [, version, revision, zone] = await client.greet();
      assert.match(String(version), /^\d+\.\d+/);
      assert.ok(Number(revision) > 54_460);
      assert.equal(zone, "Etc/UTC");
      assert.deepEqual(await client.rows("SELECT 1"), [[1]]);
      assert.deepEqual(await client.rows("SELECT 1 WHERE 0"), []);
      await assert.rejects(client.rows("SELECT * FROM nowhere"), /HTTP 404.*UNKNOWN_TABLE/);
      await client.send({}, 'CREATE DATABASE IF NOT EXISTS "otel" ');
      await client.send(
        {},
        `CREATE TABLE IF NOT EXISTS "otel"."spans" (Timestamp DateTime64(9), SpanName LowCardinality(String),
        SpanAttributes JSON, SpanAttributesKeys Array(LowCardinality(String)), Duration UInt64, TraceFlags UInt8,
        Resource Map(LowCardinality(String), String),
        Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes JSON)
      ) ENGINE = MergeTree() ORDER BY (SpanName, toDateTime(Timestamp))`,
      );
      const now = 1_790_000_000_123_456_789n;
      await client.insert('"otel"."spans"', {
        Timestamp: [now, now + 1n],
        SpanName: ["orders", "charge"],
        SpanAttributes: ['{"faas.invocation_id":"r-1","n":1}', "{}"],
        SpanAttributesKeys: [["faas.invocation_id", "n"], []],
        Duration: [5, 7],
        TraceFlags: [1, 0],
        Resource: [new Map([["service.name", "shop"]]), new Map()],
        "Events.Timestamp": [[now], []],
        "Events.Name": [["exception"], []],
        "Events.Attributes": [['{"exception.type":"TypeError"}'], []],
      });
      const rows = await client.rows(
        `SELECT SpanName, toUnixTimestamp64Nano(Timestamp) % 1000 = 789, toString(SpanAttributes.faas.invocation_id), toString(SpanAttributes.n),
           SpanAttributesKeys, Resource['service.name'], Events.Name, length(Events.Attributes), Duration
         FROM otel.spans ORDER BY Duration`,
      );
      assert.deepEqual(rows, [
        ["orders", 1, "r-1", "1", ["faas.invocation_id", "n"], "shop", ["exception"], 1, 5],
        ["charge", 0, "", "", [], "", [], 0, 7],
      ]);
    });
  });

  describe("for the user who reads", () => {
    const as = () => {
      const { user, password } = clickhouse.reader;
      return { "X-ClickHouse-User": user, "X-ClickHouse-Key": password };
    };
    const refusal = async (query: Record<string, string>, sql: string) => {
      const response = await send(query, sql, as());
      assert.notEqual(response.status, 200, `${sql} was executed`);
      await response.text();
      return response.headers.get("x-clickhouse-exception-code");
    };
    const READONLY = "164";
    const TOO_MANY_ROWS = "396";
    beforeEach(() => text({}, "INSERT INTO t VALUES (1, 'a')"));

    it("gives rows, as they are inserted, with parameters and any format", async () => {
      const read = { query: "SELECT s FROM t WHERE n < {n:UInt8} ORDER BY n", param_n: "9" };
      assert.equal(await text(read, undefined, as()), "a\n");
      await text({}, "INSERT INTO t VALUES (2, 'b')");
      assert.equal(await text({ ...read, default_format: "CSV" }, undefined, as()), '"a"\n"b"\n');
      assert.deepEqual(await clickhouse.reader.query("SELECT count() AS count FROM t"), [{ count: 2 }]);
      assert.equal(
        await text({ query: "SELECT dummy FROM one WHERE dummy = 0", database: "system" }, undefined, as()),
        "0\n",
      );
    });

    it("refuses whatever writes, wherever it stands", async () => {
      for (const sql of [
        "INSERT INTO t VALUES (2, 'b')",
        "INSERT INTO t SELECT 2, 'b'",
        "WITH 1 AS x INSERT INTO t SELECT x, 'b'",
        "ALTER TABLE t DELETE WHERE 1",
        "TRUNCATE TABLE t",
        "CREATE TEMPORARY TABLE x (n Int8)",
        "CREATE TABLE x ENGINE = Memory AS SELECT 1",
        "SYSTEM FLUSH LOGS",
        "KILL QUERY WHERE 1",
        "BACKUP TABLE t TO File('t')",
        "SELECT * FROM file('/etc/hostname', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        `SELECT 1 INTO /* /* */ ' */ OUTFILE '${path.join(clickhouse.directory, "out")}'`,
      ])
        assert.equal(await refusal({}, sql), READONLY, sql);
      assert.equal(await all(), "1\ta\n");
      assert.ok(!existsSync(path.join(clickhouse.directory, "out")));
    });

    it("has limits that no request can raise", async () => {
      const limits =
        "SELECT getSetting('max_execution_time'), getSetting('max_memory_usage'), getSetting('readonly')";
      const before = await text({}, limits, as());
      assert.equal(before, "30\t2000000000\t1\n");
      const long = "SELECT number FROM numbers(1000001) FORMAT Null";
      assert.equal(await refusal({}, long), TOO_MANY_ROWS);
      for (const name of ["max_result_rows", "max_execution_time", "max_memory_usage", "readonly"]) {
        // The parameter `readonly` declares the request as read-only.
        if (name !== "readonly") assert.equal(await refusal({ [name]: "0" }, limits), READONLY);
        for (const change of [
          `${name} = 0`,
          `${name}=default`,
          `${name} = /* ' */ DEFAULT`,
          `${name} =\nDEFAULT`,
        ]) {
          assert.equal(await refusal({}, `SELECT 1 SETTINGS ${change}`), READONLY, change);
          assert.equal(await refusal({ session_id: "a" }, `SET ${change}`), READONLY, change);
        }
      }
      assert.equal(await text({}, limits, as()), before);
      assert.equal(await refusal({}, long), TOO_MANY_ROWS);
    });

    it("leaves the other user as it is", async () => {
      await refusal({ max_result_rows: "0" }, "SELECT 1");
      await text({ query: "USE system", session_id: "same" }, "", as());
      assert.equal(await text({ query: "SELECT currentDatabase()", session_id: "same" }), "default\n");
      assert.equal(
        await text({ query: "SELECT getSetting('readonly'), getSetting('max_result_rows')" }),
        "0\t0\n",
      );
    });
  });

  describe("used by the official client", () => {
    let client: ClickHouseClient;
    beforeEach(() => {
      const compression = { request: true, response: true };
      client = createClient({
        url: clickhouse.httpUrl,
        username: "default",
        password: PASSWORD,
        compression,
        log: { level: ClickHouseLogLevel.OFF },
      });
    });
    afterEach(() => client.close());

    it("pings, inserts, queries, commands and fails", async () => {
      assert.equal((await client.ping()).success, true);
      const values = [
        { n: 1, s: "a'\\ é" },
        { n: 2, s: "b" },
      ];
      const inserted = await client.insert({ table: "t", values, format: "JSONEachRow" });
      assert.equal(inserted.summary?.written_rows, "2");
      const result = await client.query({
        query: "SELECT s FROM t WHERE s = {s:String} AND n IN {n:Array(UInt64)}",
        query_params: { s: "a'\\ é", n: [1, 5] },
        format: "JSONEachRow",
      });
      assert.deepEqual(await result.json(), [{ s: "a'\\ é" }]);
      await client.command({
        query: "ALTER TABLE t DELETE WHERE n = 1",
        clickhouse_settings: { mutations_sync: "1" },
      });
      assert.equal(await all(), "2\tb\n");
      await assert.rejects(client.query({ query: "SELECT * FROM nowhere" }), (error) => {
        return error instanceof ClickHouseError && error.code === "60" && error.type === "UNKNOWN_TABLE";
      });
    });

    it("inserts and queries at once", async () => {
      await Promise.all(
        Array.from({ length: 40 }, async (_, i) => {
          await client.insert({ table: "t", values: [{ n: i, s: String(i) }], format: "JSONEachRow" });
          const query = "SELECT s FROM t WHERE n = {n:UInt64}";
          const result = await client.query({ query, query_params: { n: i }, format: "JSONEachRow" });
          assert.deepEqual(await result.json(), [{ s: String(i) }]);
        }),
      );
      assert.equal(await text({ query: "SELECT count() FROM t" }), "40\n");
    });
  });
});
