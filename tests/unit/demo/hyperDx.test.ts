import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { hyperDxHint } from "../../../demo/hyperDx";

describe("the demo's instructions for HyperDX", () => {
  it("is a command whose shell hands HyperDX the connection that its sources name", () => {
    const hint = hyperDxHint({
      ...{ httpUrl: "http://127.0.0.1:39041", password: "it's secret" },
      reader: { user: "reader", password: "another" },
    });
    const command = hint.split("\n").find((line) => line.startsWith("  docker run")) ?? "";
    const argument = execFileSync("sh", ["-c", `${command.replace("docker run", "printf '%s\\n'")}`], {
      encoding: "utf8",
    })
      .split("\n")
      .find((line) => line.startsWith("DEFAULT_CONNECTIONS="));
    assert.deepEqual(JSON.parse(argument?.replace("DEFAULT_CONNECTIONS=", "") ?? ""), [
      {
        ...{ name: "Local ClickHouse", host: "http://127.0.0.1:39041" },
        ...{ username: "default", password: "it's secret" },
      },
    ]);
  });
});
