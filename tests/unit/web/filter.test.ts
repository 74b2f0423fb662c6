import assert from "node:assert/strict";
import * as fc from "fast-check";
import { filterCondition } from "../../../web/query/filter";
import { Parameters, RequestError } from "../../../web/query/statement";

/** The condition with its values, in `‹›`, instead of the placeholders. */
function condition(filter: string, table: "logs" | "traces" = "logs"): string {
  const parameters = new Parameters();
  const sql = filterCondition(filter, table, parameters);
  return sql.replace(/\{(p\d+):\w+\}/g, (_, name) => `‹${parameters.values[name]}›`);
}

/** The tokens in the SQL of a filter: columns, operators and placeholders. */
const onlyOurs =
  /^(1|NOT|AND|OR|ILIKE|toFloat64OrNull|Body|SpanName|SpanKind|Severity(Text|Number)|ServiceName|(Parent)?SpanId|TraceId|(Event|Scope)Name|Status(Code|Message)|Duration|(Log|Resource|Scope|Span)Attributes|!=|>=|<=|[<>=()[\] ]|''|\{p\d+:\w+\})+$/;

describe("the page's filter", () => {
  const cases: [string, string][] = [
    ["", "1"],
    ["stock", "(Body ILIKE ‹%stock%›)"],
    ['"out of stock"', "(Body ILIKE ‹%out of stock%›)"],
    ["stock low", "((Body ILIKE ‹%stock%›) AND (Body ILIKE ‹%low%›))"],
    ["-stock", "NOT (Body ILIKE ‹%stock%›)"],
    ["NOT stock", "NOT (Body ILIKE ‹%stock%›)"],
    ["a AND NOT b", "((Body ILIKE ‹%a%›) AND NOT (Body ILIKE ‹%b%›))"],
    ["level:error", "(SeverityText ILIKE ‹%error%›)"],
    ['level:"error"', "(SeverityText = ‹error›)"],
    ["ServiceName:orders*", "(ServiceName ILIKE ‹orders%›)"],
    ["-level:info", "NOT (SeverityText ILIKE ‹%info%›)"],
    ["LogAttributes.exception.type:*", "(LogAttributes[‹exception.type›] != '')"],
    ['invocation:"a-1"', "(LogAttributes[‹faas.invocation_id›] = ‹a-1›)"],
    ["SeverityNumber:>=17", "(SeverityNumber >= ‹17›)"],
    ["LogAttributes.left:<3", "(toFloat64OrNull(LogAttributes[‹left›]) < ‹3›)"],
    ["SeverityNumber:[1 TO 9]", "(SeverityNumber >= ‹1› AND SeverityNumber <= ‹9›)"],
    [
      "level:(error OR fatal) stock",
      "(((SeverityText ILIKE ‹%error%›) OR (SeverityText ILIKE ‹%fatal%›)) AND (Body ILIKE ‹%stock%›))",
    ],
    ["100%_", "(Body ILIKE ‹%100\\%\\_%›)"],
    ['"say \\"hi\\""', '(Body ILIKE ‹%say "hi"%›)'],
  ];
  for (const [filter, expected] of cases)
    it(`reads ${filter || "nothing"}`, () => assert.equal(condition(filter), expected));

  it("knows the columns of traces", () => {
    assert.equal(
      condition('status:"Error" checkout', "traces"),
      "((StatusCode = ‹Error›) AND (SpanName ILIKE ‹%checkout%›))",
    );
  });

  it("says what it cannot read, where, and which fields there are", () => {
    const fails = (filter: string, pattern: RegExp) =>
      assert.throws(
        () => condition(filter),
        (error) => error instanceof RequestError && pattern.test(error.message),
      );
    fails("((", /is invalid at its end/);
    fails("a:b:c", /is invalid at ":c"/);
    fails("colour:red", /no field "colour"\. Fields: level, function/);
    fails("SeverityNumber:high", /"high" is compared with SeverityNumber and must be a number/);
  });

  it("puts none of the user's input into the SQL, whatever is typed", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("logs" as const, "traces" as const), (filter, table) => {
        let sql: string;
        try {
          sql = filterCondition(filter, table, new Parameters());
        } catch (error) {
          return error instanceof RequestError;
        }
        return onlyOurs.test(sql);
      }),
      { numRuns: 500 },
    );
  });
});
