import assert from "node:assert/strict";
import { RequestError } from "../../../web/query/statement";
import { statementsOf } from "../../../web/routes";

const statements = (path: string, query = "") => statementsOf(path, new URLSearchParams(query), 10_000_000);

describe("the page's API", () => {
  it("asks for the last hour, and no more rows than a page can show", () => {
    const values = Object.values(statements("/api/logs")?.rows?.parameters ?? {});
    assert.deepEqual(values, [10_000_000 - 3_600_000, 10_000_000, 1_000, 0]);
    assert.ok(Object.values(statements("/api/logs", "limit=5")?.rows?.parameters ?? {}).includes(5));
    assert.ok(
      !Object.values(statements("/api/logs", "limit=500000")?.rows?.parameters ?? {}).includes(500_000),
    );
  });

  it("knows its paths", () => {
    for (const path of ["logs", "histogram", "traces", "invocations"])
      assert.ok(statements(`/api/${path}`), path);
    assert.deepEqual(Object.keys(statements("/api/trace", `id=${"a1".repeat(16)}`) ?? {}), ["spans", "logs"]);
    assert.equal(statements("/api/other"), undefined);
  });

  it("refuses what cannot be a number, a limit or a trace id", () => {
    for (const [path, query, expected] of [
      ["/api/logs", "from=yesterday", /^from must be a number/],
      ["/api/logs", "limit=0", /^limit must be a whole number/],
      ["/api/logs", "offset=-1", /^offset must be a whole number/],
      ["/api/trace", "id=' OR 1=1", /^id must be a trace id/],
    ] as const)
      assert.throws(
        () => statements(path, query),
        (error) => error instanceof RequestError && expected.test(error.message),
      );
  });
});
