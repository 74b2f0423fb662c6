import assert from "node:assert/strict";
import { RequestError, type Statement } from "../../../web/query/statement";
import { answerOf, type Run } from "../../../web/routes";

const now = 10_000_000;

/** Answers a path with these rows as the result of every statement. @returns the statements, too. */
async function answer(path: string, query = "", rows: unknown[] = []) {
  const asked: Statement[] = [];
  const run: Run = async (statement) => {
    asked.push(statement);
    return rows as never[];
  };
  return { body: await answerOf(path, new URLSearchParams(query), now, run), asked };
}

describe("the page's API", () => {
  it("looks for rows alone where rows are asked for, and through all lines for their number over time", async () => {
    const { body, asked } = await answer("/api/logs", "limit=10", ["row"]);
    assert.deepEqual(body, { rows: ["row"], from: now - 3_600_000, to: now });
    assert.deepEqual(
      asked.map(({ parameters }) => Object.values(parameters)),
      [[now - 3_600_000, now, 10, 0]],
    );
    const counted = await answer("/api/histogram", "", ["step"]);
    assert.deepEqual(counted.body, { rows: ["step"] });
    assert.deepEqual(Object.values(counted.asked[0]?.parameters ?? {}), [
      ...[now - 3_600_000, 30_000],
      ...[now - 3_600_000, now],
    ]);
  });

  it("ends a time that has no end of its own now", async () => {
    const { body } = await answer("/api/logs", "last=900000&limit=10");
    assert.deepEqual(body, { rows: [], from: now - 900_000, to: now });
  });

  it("gives no more rows than a page can show", async () => {
    const { asked } = await answer("/api/logs", "limit=500000&offset=400");
    assert.deepEqual(Object.values(asked[0]?.parameters ?? {}), [now - 3_600_000, now, 1_000, 400]);
  });

  it("knows its paths", async () => {
    for (const path of ["logs", "histogram", "traces", "invocations"])
      assert.ok((await answer(`/api/${path}`)).body, path);
    const trace = await answer("/api/trace", `id=${"a1".repeat(16)}`);
    assert.deepEqual(Object.keys(trace.body ?? {}), ["spans", "logs", "measured"]);
    assert.equal((await answer("/api/other")).body, undefined);
  });

  it("has invocations and traces also where metrics cannot be read, and fails where nothing can be", async () => {
    const failing = (tables: RegExp): Run => {
      return async ({ sql }) => {
        if (tables.test(sql)) throw new Error("Unknown table expression identifier");
        return ["row"] as never[];
      };
    };
    const query = new URLSearchParams({ id: "a1".repeat(16) });
    assert.deepEqual(await answerOf("/api/invocations", query, now, failing(/otel_metrics/)), {
      ...{ rows: ["row"], functions: ["row"], percentiles: ["row"] },
      ...{ measures: [], measured: [] },
    });
    assert.deepEqual(await answerOf("/api/trace", query, now, failing(/otel_metrics/)), {
      ...{ spans: ["row"], logs: ["row"] },
      measured: [],
    });
    await assert.rejects(answerOf("/api/invocations", query, now, failing(/otel_traces/)), /Unknown table/);
  });

  it("refuses what cannot be a number, a limit or a trace id", async () => {
    for (const [path, query, expected] of [
      ["/api/logs", "from=yesterday", /^from must be a number/],
      ["/api/logs", "limit=0", /^limit must be a whole number/],
      ["/api/logs", "offset=-1", /^offset must be a whole number/],
      ["/api/trace", "id=' OR 1=1", /^id must be a trace id/],
    ] as const)
      await assert.rejects(
        answer(path, query),
        (error) => error instanceof RequestError && expected.test(error.message),
      );
  });
});
