import assert from "node:assert/strict";
import { settingsChange } from "../../../../../sandbox/clickhouse/store/settings";

describe("settings of the engine's session", () => {
  it("change in one statement, to what the next request has", () => {
    const before = { max_threads: "2", limit: "10", readonly: "0" };
    assert.equal(
      settingsChange(before, { max_threads: "2", limit: "20", format_csv_delimiter: "'\\" }),
      "SET `readonly` = DEFAULT, `limit` = '20', `format_csv_delimiter` = '\\'\\\\'",
    );
  });

  it("are left as they are when nothing differs", () => {
    assert.equal(settingsChange({ limit: "10" }, { limit: "10" }), undefined);
    assert.equal(settingsChange({}, {}), undefined);
  });
});
